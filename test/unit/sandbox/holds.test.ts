import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Holds } from '../../../sandbox/holds.js';

const at = (second: number): Date => new Date(Date.UTC(2026, 2, 1, 12, 0, second));
const ids = (holds: readonly { readonly captureId: string }[]): string[] =>
  holds.map(({ captureId }) => captureId);

function hold(requestId: string, since: number) {
  const ask = { paymentId: 'p', requestId };
  return { ask, captureId: requestId, amount: 100n, since: at(since), endless: false };
}

describe('the holds of a payment', () => {
  const holds = new Holds();
  const [first, second] = [hold('a', 1), hold('b', 4)];
  holds.add(first);
  holds.end(first, { at: at(3), failed: true });
  holds.add(second);

  it('are under way until they end', () => {
    assert.deepEqual(ids(holds.underWay('p')), ['b']);
    assert.deepEqual(ids(holds.failed('p')), ['a']);
    assert.deepEqual([holds.has(first.ask), holds.has(second.ask)], [false, true]);
    assert.deepEqual(holds.underWay('q'), []);
  });

  it('are told as they were at any moment', () => {
    const story = [0, 1, 2, 3, 4].map((second) => [
      ids(holds.underWay('p', at(second))),
      ids(holds.failed('p', at(second))),
    ]);
    assert.deepEqual(story, [
      [[], []],
      [['a'], []],
      [['a'], []],
      [[], ['a']],
      [['b'], ['a']],
    ]);
  });
});
