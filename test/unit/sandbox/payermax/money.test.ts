import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { amountOf, minorUnitsIn } from '../../../../sandbox/payermax/money.js';

describe("an amount in PayerMax's form", () => {
  const read: readonly (readonly [string, string, bigint])[] = [
    ['100', 'USD', 10000n],
    ['100.1', 'USD', 10010n],
    ['100.10', 'USD', 10010n],
    ['0.01', 'USD', 1n],
    ['1e2', 'USD', 10000n],
    ['1E+2', 'USD', 10000n],
    ['1.5e1', 'USD', 1500n],
    ['12345e-2', 'USD', 12345n],
    ['100.0e0', 'USD', 10000n],
    ['4503599627370497.51', 'USD', 450359962737049751n],
    ['1.23', 'KWD', 1230n],
    ['1.234', 'IQD', 1234n],
    ['1.234', 'LYD', 1234n],
    ['150', 'JPY', 150n],
    ['150', 'IDR', 15000n],
    ['1.2345', 'CLF', 12345n],
  ];
  for (const [literal, currency, minorUnits] of read) {
    it(`${literal} ${currency} is ${minorUnits} minor units`, () => {
      assert.equal(minorUnitsIn(literal, currency), minorUnits);
    });
  }

  const refused: readonly (readonly [string, string])[] = [
    ['100.001', 'USD'],
    ['100.100', 'USD'],
    ['1e-3', 'USD'],
    ['0', 'USD'],
    ['0.00', 'USD'],
    ['0e99', 'USD'],
    ['-0', 'USD'],
    ['-100', 'USD'],
    ['1e-999999999', 'USD'],
    ['1.234', 'KWD'],
    ['1.230', 'BHD'],
    ['1.234', 'JOD'],
    ['1.234', 'OMR'],
    ['1.234', 'TND'],
    ['1.2345', 'IQD'],
    ['150.5', 'JPY'],
    ['150.0', 'IDR'],
    ['150.5', 'TWD'],
    ['150.5', 'PKR'],
    ['150.5', 'COP'],
    ['150.5', 'KRW'],
    ['150.5', 'VND'],
    ['150.5', 'CLP'],
    ['150.5', 'ISK'],
    ['150.5', 'PYG'],
  ];
  for (const [literal, currency] of refused) {
    it(`${literal} ${currency} is none`, () => {
      assert.equal(minorUnitsIn(literal, currency), null);
    });
  }

  const written: readonly (readonly [bigint, string, string])[] = [
    [20010n, 'USD', '200.10'],
    [1n, 'USD', '0.01'],
    [1230n, 'KWD', '1.23'],
    [1234n, 'KWD', '1.234'],
    [1234n, 'IQD', '1.234'],
    [15000n, 'IDR', '150'],
    [15050n, 'IDR', '150.50'],
    [7n, 'JPY', '7'],
    [450359962737049751n, 'USD', '4503599627370497.51'],
  ];
  for (const [minorUnits, currency, literal] of written) {
    it(`${minorUnits} minor units of ${currency} are written ${literal}`, () => {
      assert.equal(amountOf(minorUnits, currency), literal);
    });
  }

  it('comes back as it was, whatever its size, if PayerMax takes it at all', () => {
    const currencies = fc.constantFrom('USD', 'JPY', 'IDR', 'KWD', 'IQD', 'CLF');
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 20n }), currencies, (minorUnits, currency) => {
        const literal = amountOf(minorUnits, currency);
        const back = minorUnitsIn(literal, currency);
        const unsayable =
          /^(?:KWD|IDR)$/.test(currency) && minorUnits % (currency === 'KWD' ? 10n : 100n) !== 0n;
        assert.equal(back, unsayable ? null : minorUnits);
      }),
    );
  });
});
