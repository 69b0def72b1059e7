import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ReviewedRow, TruthEntry } from '../../../../../dev/demo/chaos/truth.js';
import { compareTruth } from '../../../../../dev/demo/chaos/truth.js';
import type { Break, EventEntry } from '../../../../../dev/demo/compare.js';

function compare(
  state: string,
  truth: Partial<TruthEntry>,
  { review = null, published = state }: { review?: string | null; published?: string } = {},
): Break[] {
  const row: ReviewedRow = {
    ...{ provider: 'wallet', captureId: 'c1', orderId: 'o1', paymentId: 'p1' },
    ...{ amount: 1n, currency: 'IQD', state, sequence: 2, review },
  };
  const event = (sequence: number, type: string): EventEntry => ({
    ...{ captureId: 'c1', amount: 1n, currency: 'IQD', type: `capture.${type}`, sequence },
  });
  const entry: TruthEntry = {
    ...{ paymentId: 'p1', outcome: 'captured', tells: true },
    ...{ byInquiry: 'captured', byRepeat: 'captured' },
    ...truth,
  };
  return compareTruth([row], [event(1, 'failed'), event(2, published)], [entry]);
}

describe('outcomes beside what is true', () => {
  it('are right if they say the same, whatever was published before', () => {
    assert.deepEqual(compare('succeeded', { outcome: 'captured' }), []);
    assert.deepEqual(compare('failed', { outcome: 'not_captured' }), []);
    assert.deepEqual(compare('failed', { outcome: 'not_captured', tells: false }), []);
  });

  it('are guessed if they say the contrary, or decide what is open', () => {
    for (const [state, outcome] of [
      ['succeeded', 'not_captured'],
      ['failed', 'captured'],
      ['succeeded', 'open'],
      ['failed', 'open'],
    ] as const) {
      const [found, ...others] = compare(state, { outcome, tells: false });
      assert.deepEqual([found?.kind, found?.id, others], ['guessed', 'c1', []], `${state}, ${outcome}`);
      assert.match(
        found?.says ?? '',
        new RegExp(`the row says ${state}, was published: ${state}; in truth it is ${outcome}`),
      );
    }
  });

  it('are guessed if only what was published last is wrong', () => {
    const [found] = compare('pending', { outcome: 'captured' }, { published: 'failed' });
    assert.deepEqual(
      [found?.kind, found?.says],
      ['guessed', 'was published: failed; in truth it is captured'],
    );
  });

  it('are unresolved if there is none and the provider tells, also where a person is to look', () => {
    const [found] = compare('pending', {});
    assert.equal(found?.kind, 'unresolved');
    const [parked] = compare('pending', { byInquiry: 'nothing' }, { review: 'unanswered' });
    assert.equal(parked?.kind, 'unresolved');
    assert.match(
      parked.says,
      /for a person to look \(unanswered\).*nothing by an inquiry, captured by a repeat/,
    );
  });

  it('are rightly missing where nobody tells', () => {
    assert.deepEqual(compare('pending', { tells: false }, { review: 'unanswered' }), []);
  });
});
