import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { driftOf } from '../../../bench/soak.js';

/** One sample a second for a minute. */
function minute(of: (second: number) => number): { atMs: number; mib: number }[] {
  return Array.from({ length: 60 }, (_, second) => ({ atMs: second * 1_000, mib: of(second) }));
}

describe('the drift of resident memory', () => {
  it('is nothing where it stays', () => {
    assert.deepEqual(
      driftOf(
        minute(() => 150),
        { forMs: 60_000, meansMs: 30_000 },
      ),
      {
        means: [150, 150],
        slopePerMinute: 0,
        lastToFirst: 1,
      },
    );
  });

  it('is what it grows by in a minute, and the last fifth to the first', () => {
    const drift = driftOf(
      minute((second) => 100 + second),
      { forMs: 60_000, meansMs: 30_000 },
    );
    assert.ok(Math.abs(drift.slopePerMinute - 60) < 1e-6);
    // The first twelve seconds have a mean of 105.5, the last of 153.5.
    assert.equal(drift.lastToFirst, 153.5 / 105.5);
  });

  it('leaves the growth of the first fifth out of the slope', () => {
    const drift = driftOf(
      minute((second) => (second < 12 ? second * 10 : 200)),
      {
        forMs: 60_000,
        meansMs: 30_000,
      },
    );
    assert.equal(drift.slopePerMinute, 0);
    assert.ok(drift.lastToFirst > 3);
  });
});
