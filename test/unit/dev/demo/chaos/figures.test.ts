import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChaosFigures, ChaosInput, DatedEvent } from '../../../../../dev/demo/chaos/figures.js';
import { figuresOf, isWithstood } from '../../../../../dev/demo/chaos/figures.js';

function event(captureId: string, sequence: number, type: string, at: number): DatedEvent {
  return {
    ...{ captureId, sequence, type: `capture.${type}`, amount: 1n, currency: 'IQD' },
    occurredAt: new Date(at),
    supersedes: null,
  };
}

function figures(
  input: Partial<ChaosInput>,
  kinds: readonly ('guessed' | 'unresolved' | 'lost')[] = [],
): ChaosFigures {
  return figuresOf(
    { rows: [], events: [], calls: { all: 10, troubled: 4 }, ...input },
    kinds.map((kind) => ({ kind, id: 'c', says: '' })),
  );
}

describe('what chaos adds to the result', () => {
  it('counts from the first event to the outcome that stands, for captures that were not told right at once', () => {
    const events = [
      event('told at once', 1, 'succeeded', 5),
      event('open', 1, 'pending', 5),
      event('open', 2, 'pending', 9),
      // Out of order, as topics are read one after the other.
      event('corrected', 3, 'succeeded', 400),
      event('corrected', 1, 'pending', 100),
      { ...event('corrected', 2, 'failed', 150), supersedes: null },
      event('still open', 1, 'pending', 0),
      event('still open', 2, 'pending', 10),
      event('resolved', 1, 'pending', 1_000),
      event('resolved', 2, 'failed', 1_100),
    ];
    assert.deepEqual(figures({ events }).unknownToResolved, { p50: 100, p99: 300 });
    assert.deepEqual(figures({}).unknownToResolved, { p50: null, p99: null });
  });

  it('takes percentiles at their rank', () => {
    const events = Array.from({ length: 200 }, (_, index) => [
      event(String(index), 1, 'pending', 0),
      event(String(index), 2, 'succeeded', index + 1),
    ]).flat();
    assert.deepEqual(figures({ events }).unknownToResolved, { p50: 100, p99: 198 });
  });

  it('counts corrections, captures in review, and the share of calls that were troubled', () => {
    const row = {
      provider: 'wallet',
      orderId: 'o',
      paymentId: 'p',
      amount: 1n,
      currency: 'IQD',
      sequence: 1,
    } as const;
    const { corrections, inReview, troubledCalls } = figures({
      rows: [
        { ...row, captureId: '1', state: 'pending', review: 'unanswered' },
        { ...row, captureId: '2', state: 'pending', review: null },
      ],
      events: [{ ...event('1', 2, 'failed', 0), supersedes: 'e1' }, event('1', 1, 'succeeded', 0)],
    });
    assert.deepEqual(
      { corrections, inReview, troubledCalls },
      { corrections: 1, inReview: 1, troubledCalls: 0.4 },
    );
  });

  it('is withstood only if nothing was guessed or left unresolved, and a third of the calls was troubled, nearly', () => {
    assert.ok(isWithstood(figures({}, ['lost'])));
    assert.ok(!isWithstood(figures({}, ['guessed'])));
    assert.ok(!isWithstood(figures({}, ['unresolved'])));
    assert.ok(isWithstood(figures({ calls: { all: 100, troubled: 30 } })));
    assert.ok(!isWithstood(figures({ calls: { all: 100, troubled: 29 } })));
    assert.ok(!isWithstood(figures({ calls: { all: 0, troubled: 0 } })));
  });
});
