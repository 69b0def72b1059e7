import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createYabandpayClient } from '../../../../src/providers/yabandpay/client.js';
import type { SendingAccount } from '../../../../src/worker/send.js';
import { takeOrder } from '../../../../src/worker/take-order.js';
import { anOrder, capturePath, SOURCE, scheduledOf } from '../../../support/capture-path.js';
import type { RawServer } from '../../../support/raw-server.js';
import { httpAnswer, startRawServer } from '../../../support/raw-server.js';

describe('a provider that asks to be left alone', () => {
  const requests: string[] = [];
  let status = 429;
  let there: RawServer;
  before(async () => {
    there = await startRawServer((request, { socket }) => {
      requests.push(request);
      socket.write(httpAnswer(status, '{}', { 'Retry-After': '7' }));
    });
  });
  after(() => there.close());

  for (const [answered, state] of [
    [429, 'planned'],
    [503, 'pending'],
  ] as const) {
    it(`by ${String(answered)} and Retry-After is sent nothing before that, and the capture is ${state} as without it`, async () => {
      requests.length = 0;
      status = answered;
      const path = capturePath({}, 'yabandpay');
      const shop = path.options.accounts.get('shop');
      assert.ok(shop !== undefined);
      const client = createYabandpayClient(
        {
          ...{ baseUrl: there.origin, timeoutMs: 25_000, maxInFlight: 1 },
          ...{ user: '016683', secretKey: 'made-up-key', notifyUrl: 'http://127.0.0.1/notify' },
        },
        { clock: path.options.clock },
      );
      // The client signs what it finds in the body.
      const rules = { ...shop.rules, businessBody: () => Buffer.from('{}') };
      const account: SendingAccount = { ...shop, client, rules };
      const options = { ...path.options, accounts: new Map([['shop', account]]) };
      const take = (paymentId: string): ReturnType<typeof takeOrder> =>
        takeOrder(anOrder({ provider: 'yabandpay', paymentId }), SOURCE, options);

      const first = await take('first');
      assert.equal(first.taken === 'claimed' && first.capture.status.state, state);
      assert.equal((await take('second')).taken, 'deferred');
      assert.deepEqual(scheduledOf(path, 'second'), { action: 'send', dueAt: path.time.ms + 7_000 });
      path.time.ms += 6_999;
      assert.equal((await take('third')).taken, 'deferred');
      assert.deepEqual([requests.length, account.gate.room], [1, 0]);
      path.time.ms += 1;
      assert.ok(account.gate.room > 0);
      assert.equal((await take('fourth')).taken, 'claimed');
      assert.equal(requests.length, 2);
      await client.close();
    });
  }
});
