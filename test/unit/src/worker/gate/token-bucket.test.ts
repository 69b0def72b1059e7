import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createTokenBucket } from '../../../../../src/worker/gate/token-bucket.js';

const rates = fc.record({
  perSecond: fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.double({ min: 0.1, max: 50, noNaN: true })),
  burst: fc.integer({ min: 1, max: 50 }),
});
/** How long nothing happens before each try, in ms: often no time at all, sometimes long. */
const pauses = fc.array(
  fc.oneof(fc.constant(0), fc.double({ min: 0, max: 50, noNaN: true }), fc.integer({ min: 0, max: 20_000 })),
  { minLength: 1, maxLength: 300 },
);

describe('a token bucket', () => {
  it('never lets more through in any span of time than the burst and what the span brings', () => {
    fc.assert(
      fc.property(rates, pauses, ({ perSecond, burst }, waits) => {
        const bucket = createTokenBucket({ perSecond, burst });
        let now = 0;
        const taken: number[] = [];
        for (const wait of waits) {
          now += wait;
          if (bucket.take(now)) taken.push(now);
        }
        for (const [first, from] of taken.entries())
          for (const [last, to] of [...taken.entries()].slice(first)) {
            const most = burst + ((to - from) * perSecond) / 1_000 + 1e-3;
            assert.ok(last - first + 1 <= most, `${String(last - first + 1)} within ${String(to - from)} ms`);
          }
      }),
    );
  });

  it('has a token when it said that it would, and none before', () => {
    fc.assert(
      fc.property(rates, fc.integer({ min: 1, max: 20 }), ({ perSecond, burst }, count) => {
        const bucket = createTokenBucket({ perSecond, burst });
        let now = 0;
        while (bucket.take(now));
        for (let n = 0; n < count; n += 1) {
          const waitMs = bucket.waitMs(1, now);
          assert.ok(waitMs > 0 && waitMs <= 1_000 / perSecond);
          assert.ok(!bucket.take(now + waitMs * 0.99));
          now += waitMs;
          assert.ok(bucket.take(now));
        }
      }),
    );
  });

  it('says how many there will be within a while', () => {
    const bucket = createTokenBucket({ perSecond: 10, burst: 4 });
    assert.equal(bucket.within(0, 0), 4);
    assert.equal(bucket.within(1_000, 0), 14);
    while (bucket.take(0));
    assert.deepEqual(
      [bucket.within(99, 0), bucket.within(100, 0), bucket.waitMs(3, 0).toFixed(1)],
      [0, 1, '300.0'],
    );
  });

  it('takes back what was not used, and never holds more than the burst', () => {
    const bucket = createTokenBucket({ perSecond: 1, burst: 2 });
    assert.deepEqual([bucket.take(0), bucket.take(0), bucket.take(0)], [true, true, false]);
    bucket.giveBack(0);
    assert.deepEqual([bucket.take(0), bucket.take(0)], [true, false]);
    for (let n = 0; n < 5; n += 1) bucket.giveBack(0);
    assert.deepEqual([bucket.take(0), bucket.take(0), bucket.take(0)], [true, true, false]);
  });
});
