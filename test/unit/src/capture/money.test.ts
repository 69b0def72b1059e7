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

  it('reads a power of ten on digits alone', () => {
    assert.equal(parseMajor('1.0E7', 2), 1_000_000_000n);
    assert.equal(parseMajor('1.25e+1', 2), 1250n);
    assert.equal(parseMajor('2500E-2', 2), 2500n);
    assert.equal(parseMajor('12345E-3', 2), null);
    assert.equal(parseMajor('0E-9', 2), 0n);
    assert.equal(parseMajor('9.2233720368547758079E16', 2), null);
    assert.equal(parseMajor('9.223372036854775807E16', 2), 9_223_372_036_854_775_807n);
  });

  it('reads any power of ten as the number it is', () => {
    const parts = fc.tuple(
      fc.bigInt(0n, 2n ** 64n),
      fc.integer({ min: -20, max: 20 }),
      fc.integer({ min: 0, max: 4 }),
    );
    fc.assert(
      fc.property(parts, ([digits, power, exponent]) => {
        const read = parseMajor(`${digits.toString()}e${String(power)}`, exponent);
        const shift = power + exponent;
        // digits * 10^shift, compared without dividing.
        if (shift >= 0) assert.equal(read, digits * 10n ** BigInt(shift));
        else if (read === null) assert.notEqual(digits % 10n ** BigInt(-shift), 0n);
        else assert.equal(read * 10n ** BigInt(-shift), digits);
      }),
    );
  });

  it('refuses what it would have to round or guess', () => {
    for (const text of [
      '1.005',
      '',
      '1.',
      '.5',
      '1e-3',
      '1e',
      '1e+',
      '1e100',
      '1,00',
      ' 1',
      'NaN',
      '0x10',
      '+1',
      '--1',
    ]) {
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
