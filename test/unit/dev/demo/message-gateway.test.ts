import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startMessageGateway } from '../../../../dev/demo/message-gateway.js';

describe('the demo’s message gateway', () => {
  it('takes each idempotency key once, and refuses what has none or is no message', async () => {
    const gateway = await startMessageGateway();
    const post = async (body: unknown, key?: string): Promise<number> => {
      const answer = await fetch(gateway.url, {
        method: 'POST',
        headers: key === undefined ? {} : { 'Idempotency-Key': key },
        body: JSON.stringify(body),
      });
      return answer.status;
    };
    const message = { messageId: 'm1', captureId: 'c1', kind: 'failed' };
    assert.equal(await post(message, 'm1'), 204);
    assert.equal(await post({ ...message, kind: 'succeeded' }, 'm1'), 204);
    assert.equal(await post(message), 400);
    assert.equal(await post({ captureId: 'c1' }, 'm2'), 400);
    assert.deepEqual(gateway.sent(), [message]);
    await gateway.close();
  });
});
