import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { within } from '../../../../src/kafka/deadline.js';

const late = (): Error => new Error('late');

describe('a deadline', () => {
  it('gives what the work brings, and leaves no timer behind', async (t) => {
    const cleared = t.mock.method(globalThis, 'clearTimeout');
    assert.equal(await within(60_000, Promise.resolve(7), late), 7);
    await assert.rejects(within(60_000, Promise.reject(new Error('failed')), late), /failed/);
    assert.equal(cleared.mock.callCount(), 2);
  });

  it('rejects when the work takes longer, also if it never ends', async () => {
    await assert.rejects(within(5, new Promise(() => undefined), late), /late/);
  });
});
