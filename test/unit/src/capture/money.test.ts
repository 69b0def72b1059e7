import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { describeMoney, formatMajor, parseMajor, sameMoney } from '../../../../src/capture/money.js';

describe('money', () => {
  it('writes minor units in major units with exactly the exponent of decimals', () => {
    assert.equal(formatMajor(2499n, 2), '24.99');
    assert.equal(formatMajor(150_000n, 3), '150.000');
    assert.equal(formatMajor(500n, 0), '500');
    assert.equal(formatMajor(7n, 4), '0.0007');
    assert.equal(formatMajor(-5n, 2), '-0.05');
    assert.equal(formatMajor(9_223_372_036_854_775_807n, 2), '92233720368547758.07');
  });

  it('reads what it wrote, for any amount and exponent', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 70n), 2n ** 70n), fc.integer({ min: 0, max: 4 }), (amount, exponent) => {
        assert.equal(parseMajor(formatMajor(amount, exponent), exponent), amount);
      }),
    );
  });

  it('reads the same number written with fewer or more zeros', () => {
    for (const text of ['1', '1.0', '1.00', '1.000', '01.00']) assert.equal(parseMajor(text, 2), 100n);
  });

  it('refuses what it would have to round or guess', () => {
    for (const text of ['1.005', '', '1.', '.5', '1e3', '1,00', ' 1', 'NaN', '0x10', '+1', '--1']) {
      assert.equal(parseMajor(text, 2), null, text);
    }
  });

  it('tells money apart by currency as well as amount', () => {
    assert.ok(sameMoney({ amount: 1n, currency: 'EUR' }, { amount: 1n, currency: 'EUR' }));
    assert.ok(!sameMoney({ amount: 1n, currency: 'EUR' }, { amount: 1n, currency: 'USD' }));
    assert.ok(!sameMoney({ amount: 1n, currency: 'EUR' }, { amount: 2n, currency: 'EUR' }));
  });

  it('describes money for people, also of an unknown currency', () => {
    assert.equal(describeMoney({ amount: 150_000n, currency: 'IQD' }), '150.000 IQD');
    assert.equal(describeMoney({ amount: 5n, currency: 'QQQ' }), '5 minor units of QQQ');
  });
});
