import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { deliver, Refused } from '../../../../examples/customer-messages/gateway.js';
import type { Message } from '../../../../examples/customer-messages/message.js';
import type { Trouble } from '../../../support/message-gateway.js';
import { startMessageGateway } from '../../../support/message-gateway.js';

const MESSAGE: Message = {
  messageId: 'c-1:1',
  captureId: 'c-1',
  orderId: 'o-1',
  kind: 'succeeded',
  amount: '9223372036854775807',
  currency: 'IQD',
  text: 'Schön, danke.',
};

const STATUSES = [400, 404, 422, 408, 425, 429, 302, 500, 503];

describe('a delivery', () => {
  it('posts the message under its id', async () => {
    const gateway = await startMessageGateway();
    try {
      await deliver(gateway.url, MESSAGE, 10_000);
      assert.deepEqual(
        gateway.arrivals.map(({ key, body }) => ({ key, body })),
        [{ key: 'c-1:1', body: MESSAGE }],
      );
    } finally {
      gateway.close();
    }
  });

  const troubles: readonly Trouble[] = ['refuse', 'hang', 'break', 'lose', { status: 302 }, { status: 404 }];
  for (const trouble of troubles) {
    it(
      `rejects if the gateway doesn't say that it has the message: ${JSON.stringify(trouble)}`,
      { timeout: 30_000 },
      async () => {
        let isTroubled = true;
        const gateway = await startMessageGateway(() => (isTroubled ? trouble : null));
        try {
          await assert.rejects(deliver(gateway.url, MESSAGE, trouble === 'hang' ? 100 : 10_000));
          assert.equal(gateway.arrivals.length, trouble === 'lose' ? 1 : 0);
          isTroubled = false;
          await deliver(gateway.url, MESSAGE, 10_000);
          assert.equal(gateway.arrivals.length, 1);
          assert.equal(gateway.changed(), 0);
        } finally {
          gateway.close();
        }
      },
    );
  }

  it('rejects if there is no gateway', async () => {
    const gateway = await startMessageGateway();
    gateway.close();
    await assert.rejects(deliver(gateway.url, MESSAGE, 10_000));
  });

  it('tells a refusal for good from one for now and from an answer that settles nothing', async () => {
    const kinds: string[] = [];
    let answered = 0;
    const gateway = await startMessageGateway(() => ({ status: answered }));
    try {
      for (const status of STATUSES) {
        answered = status;
        await deliver(gateway.url, MESSAGE, 10_000).catch((error: unknown) =>
          kinds.push(error instanceof Refused ? (error.forGood ? 'for good' : 'for now') : 'unknown'),
        );
      }
    } finally {
      gateway.close();
    }
    const forGood = ['for good', 'for good', 'for good'];
    assert.deepEqual(kinds, [...forGood, 'for now', 'for now', 'for now', 'unknown', 'unknown', 'unknown']);
  });
});
