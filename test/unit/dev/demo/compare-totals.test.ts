import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { compareTotals } from '../../../../dev/demo/compare-totals.js';

const MAX = 2n ** 63n - 1n;

describe('the sums of a currency', () => {
  it('are no break if all four are the same, however large', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: MAX }), (sum) => {
        const digits = sum.toString();
        const same = { providers: digits, rows: digits, events: digits, ledger: digits };
        assert.deepEqual(compareTotals({ IQD: same, JPY: same }), []);
      }),
    );
  });

  it('are a break of that currency if one is off by a single unit, beyond what a number tells apart', () => {
    const digits = MAX.toString();
    const same = { providers: digits, rows: digits, events: digits, ledger: digits };
    for (const book of ['providers', 'rows', 'events', 'ledger'] as const) {
      const [found, ...more] = compareTotals({
        EUR: same,
        IQD: { ...same, [book]: (MAX - 1n).toString() },
      });
      assert.deepEqual([found?.kind, found?.id, more], ['mismatch', 'IQD', []], book);
      assert.ok(found?.says.includes((MAX - 1n).toString()), found?.says);
    }
  });
});
