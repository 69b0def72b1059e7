import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Breaker, BreakerOptions } from '../../../../../src/worker/gate/breaker.js';
import { createBreaker } from '../../../../../src/worker/gate/breaker.js';

const OPTIONS: BreakerOptions = {
  windowMs: 10_000,
  calls: 4,
  share: 0.5,
  probes: 2,
  waitBaseMs: 1_000,
  waitCapMs: 8_000,
};

/** Without jitter unless the random number says otherwise. */
function breakerWith(change: Partial<BreakerOptions> = {}, random = 0): Breaker {
  return createBreaker({ ...OPTIONS, ...change }, () => random);
}

function broken(random = 0): Breaker {
  const breaker = breakerWith({}, random);
  for (let call = 0; call < 4; call += 1) breaker.heard('ill', 0);
  return breaker;
}

describe('a circuit breaker', () => {
  it('opens when so large a share of so many calls has failed', () => {
    const breaker = breakerWith();
    for (const health of ['ill', 'well', 'well', 'well', 'ill'] as const)
      assert.equal(breaker.heard(health, 0), 'unchanged');
    assert.equal(breaker.probeAt, null, 'two of five');
    assert.equal(breaker.heard('ill', 0), 'broken');
    assert.equal(breaker.probeAt, 1_000);
  });

  it('doesn’t judge by fewer calls, nor by those that say nothing of the provider', () => {
    const breaker = breakerWith();
    for (let call = 0; call < 3; call += 1) assert.equal(breaker.heard('ill', 0), 'unchanged');
    for (let call = 0; call < 9; call += 1) assert.equal(breaker.heard('untold', 0), 'unchanged');
    assert.equal(breaker.heard('ill', 0), 'broken');
  });

  it('forgets calls that are older than the window', () => {
    const breaker = breakerWith();
    for (let call = 0; call < 3; call += 1) breaker.heard('ill', 500);
    assert.equal(breaker.heard('ill', 10_999), 'unchanged');
    const within = breakerWith();
    for (let call = 0; call < 3; call += 1) within.heard('ill', 500);
    assert.equal(within.heard('ill', 9_999), 'broken');
  });

  it('closes after so many good probes in a row, which needn’t wait for each other, and counts anew', () => {
    const breaker = broken();
    assert.equal(breaker.probed('well', 1_000), 'unchanged');
    assert.equal(breaker.probeAt, 1_000);
    assert.equal(breaker.probed('ill', 1_100), 'unchanged');
    assert.equal(breaker.probeAt, 3_100, 'twice as long as before');
    assert.equal(breaker.probed('well', 3_100), 'unchanged');
    assert.equal(breaker.probed('well', 3_100), 'mended');
    assert.equal(breaker.probeAt, null);
    for (let call = 0; call < 3; call += 1) assert.equal(breaker.heard('ill', 3_100), 'unchanged');
    assert.equal(breaker.heard('ill', 3_100), 'broken');
    assert.equal(breaker.probeAt, 4_100, 'the waits begin anew too');
  });

  it('waits longer after each failed probe, up to the cap', () => {
    const breaker = broken();
    const waits: number[] = [];
    for (let probe = 0; probe < 6; probe += 1) {
      const now: number = breaker.probeAt ?? NaN;
      breaker.probed('ill', now);
      waits.push((breaker.probeAt ?? NaN) - now);
    }
    assert.deepEqual(waits, [2_000, 4_000, 8_000, 8_000, 8_000, 8_000]);
  });

  it('takes half of a wait off at most, by chance', () => {
    assert.equal(broken(0.999).probeAt, 501);
    assert.equal(broken(0.5).probeAt, 750);
  });

  it('learns nothing from a probe without an answer, and waits all the same', () => {
    const breaker = broken();
    assert.equal(breaker.probed('untold', 1_000), 'unchanged');
    assert.equal(breaker.probeAt, 2_000);
    breaker.probed('ill', 2_000);
    assert.equal(breaker.probeAt, 4_000, 'it didn’t count as a failure');
  });

  it('doesn’t listen to calls that began before it opened', () => {
    const breaker = broken();
    for (const health of ['ill', 'well'] as const)
      for (let call = 0; call < 50; call += 1) assert.equal(breaker.heard(health, 500), 'unchanged');
    assert.equal(breaker.probeAt, 1_000);
  });

  it('is open if and only if the calls of the last window say so, whatever came before', () => {
    const calls = fc.array(
      fc.record({
        afterMs: fc.integer({ min: 0, max: 3_000 }),
        health: fc.constantFrom('well', 'ill', 'untold'),
      }),
      { maxLength: 80 },
    );
    fc.assert(
      fc.property(calls, (told) => {
        const breaker = breakerWith({ probes: 1 });
        let now = 0;
        let seen: { readonly at: number; readonly isIll: boolean }[] = [];
        for (const { afterMs, health } of told) {
          now += afterMs;
          if (health !== 'untold') seen.push({ at: Math.floor(now / 1_000), isIll: health === 'ill' });
          const window = seen.filter(({ at }) => at > Math.floor(now / 1_000) - 10);
          const ill = window.filter(({ isIll }) => isIll).length;
          const breaks = health !== 'untold' && window.length >= 4 && ill >= window.length / 2;
          assert.equal(breaker.heard(health, now), breaks ? 'broken' : 'unchanged');
          if (!breaks) continue;
          breaker.probed('well', now);
          seen = [];
        }
      }),
    );
  });
});
