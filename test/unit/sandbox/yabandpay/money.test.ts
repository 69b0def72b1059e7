import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { amountOf, minorUnitsIn } from '../../../../sandbox/yabandpay/money.js';

describe("an amount in YabandPay's form", () => {
  const read: readonly (readonly [string, string, bigint])[] = [
    ['24.99', 'EUR', 2499n],
    ['24.9', 'EUR', 2490n],
    ['24.90', 'EUR', 2490n],
    ['1', 'EUR', 100n],
    ['0.01', 'EUR', 1n],
    ['100', 'JPY', 100n],
    ['1.234', 'KWD', 1234n],
    ['150', 'IQD', 150000n],
    ['9007199254740993.01', 'EUR', 900719925474099301n],
  ];
  for (const [text, currency, minorUnits] of read) {
    it(`${text} ${currency} is ${minorUnits} minor units`, () => {
      assert.equal(minorUnitsIn(text, currency), minorUnits);
    });
  }

  const refused: readonly (readonly [string, string])[] = [
    ['24.999', 'EUR'],
    ['24.990', 'EUR'],
    ['100.0', 'JPY'],
    ['1.2345', 'KWD'],
    ['0', 'EUR'],
    ['0.00', 'EUR'],
    ['-1', 'EUR'],
    ['+1', 'EUR'],
    ['01', 'EUR'],
    ['1.', 'EUR'],
    ['.5', 'EUR'],
    ['1,5', 'EUR'],
    ['1e2', 'EUR'],
    ['0x10', 'EUR'],
    [' 1', 'EUR'],
    ['1 ', 'EUR'],
    ['1\n', 'EUR'],
    ['', 'EUR'],
    ['1'.repeat(17), 'EUR'],
  ];
  for (const [text, currency] of refused) {
    it(`can't be ${JSON.stringify(text)} ${currency}`, () => {
      assert.equal(minorUnitsIn(text, currency), null);
    });
  }

  const written: readonly (readonly [bigint, string, string])[] = [
    [2499n, 'EUR', '24.99'],
    [2490n, 'EUR', '24.9'],
    [100n, 'EUR', '1'],
    [1000n, 'EUR', '10'],
    [1n, 'EUR', '0.01'],
    [100n, 'JPY', '100'],
    [1234n, 'KWD', '1.234'],
    [150000n, 'IQD', '150'],
  ];
  for (const [minorUnits, currency, text] of written) {
    it(`is written ${text} for ${minorUnits} minor units of ${currency}`, () => {
      assert.equal(amountOf(minorUnits, currency), text);
    });
  }

  it('is read back as it was written, whatever it is', () => {
    const currencies = fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF');
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 16n - 1n }), currencies, (minorUnits, currency) => {
        assert.equal(minorUnitsIn(amountOf(minorUnits, currency), currency), minorUnits);
      }),
    );
  });
});
