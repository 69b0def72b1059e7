import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { meanOf, quantile, slopeOf } from '../../../bench/statistics.js';

const values = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1 });

describe('the statistics of the benchmark', () => {
  it('takes the least value that so large a share does not exceed', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (of, share) => {
        const found = quantile(of, share);
        const below = of.filter((value) => value <= found).length;
        const strictlyBelow = of.filter((value) => value < found).length;
        return of.includes(found) && below >= share * of.length && strictlyBelow < share * of.length;
      }),
    );
  });

  it('finds the slope of points on a line, whatever their order', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: -100, max: 100 }), { minLength: 2 }),
        fc.integer({ min: -50, max: 50 }),
        (xs, slope) => Math.abs(slopeOf(xs.map((x) => ({ x, y: 7 + slope * x }))) - slope) < 1e-6,
      ),
    );
  });

  it('weighs points off the line by least squares', () => {
    assert.equal(
      slopeOf([
        { x: 0, y: 0 },
        { x: 1, y: 3 },
        { x: 2, y: 0 },
        { x: 3, y: 3 },
      ]),
      0.6,
    );
  });

  it('refuses to tell anything of nothing', () => {
    assert.throws(() => meanOf([]));
    assert.throws(() => quantile([], 0.5));
    assert.throws(() => slopeOf([{ x: 1, y: 1 }]));
  });
});
