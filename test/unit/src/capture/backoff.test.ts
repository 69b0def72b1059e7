import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { waitBefore } from '../../../../src/capture/backoff.js';

const BACKOFF = { baseMs: 100, capMs: 5_000 };

describe('back-off', () => {
  it('doubles the longest wait up to the cap', () => {
    const longest = [1, 2, 3, 6, 7, 100].map((tries) => waitBefore(tries, BACKOFF, 0.999999));
    assert.deepEqual(longest, [100, 200, 400, 3_200, 5_000, 5_000]);
  });

  it('spreads over the whole span, is whole and never zero', () => {
    assert.equal(waitBefore(3, BACKOFF, 0), 1);
    assert.equal(waitBefore(3, BACKOFF, 0.5), 200);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.double({ min: 0, max: 0.9999, noNaN: true }),
        (tries, random) => {
          const wait = waitBefore(tries, BACKOFF, random);
          assert.ok(Number.isSafeInteger(wait) && wait >= 1 && wait <= BACKOFF.capMs);
        },
      ),
    );
  });
});
