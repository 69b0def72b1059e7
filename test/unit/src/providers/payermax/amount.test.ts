import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Money } from '../../../../../src/capture/money.js';
import { MAX_MINOR_UNITS } from '../../../../../src/capture/money.js';
import { readAmount, writeAmount } from '../../../../../src/providers/payermax/amount.js';

/** A currency of each kind, with the decimals of ISO 4217 and those that PayerMax takes. */
const CURRENCIES = [
  { currency: 'USD', iso: 2, taken: 2 },
  { currency: 'KWD', iso: 3, taken: 2 },
  { currency: 'IQD', iso: 3, taken: 3 },
  { currency: 'IDR', iso: 2, taken: 0 },
  { currency: 'JPY', iso: 0, taken: 0 },
  { currency: 'CLF', iso: 4, taken: 4 },
] as const;

const someMoney = fc
  .tuple(fc.bigInt({ min: 1n, max: MAX_MINOR_UNITS }), fc.constantFrom(...CURRENCIES), fc.boolean())
  // Half of them are rounded to what PayerMax takes, or hardly any would be.
  .map(([amount, kind, fits]) => {
    const unit = 10n ** BigInt(kind.iso - kind.taken);
    return { kind, amount: fits && amount > unit ? amount - (amount % unit) : amount };
  });

describe('an amount that is sent', () => {
  const written: { money: Money; number: string }[] = [
    { money: { amount: 10_000n, currency: 'USD' }, number: '100.00' },
    { money: { amount: 1n, currency: 'USD' }, number: '0.01' },
    { money: { amount: 5_000n, currency: 'JPY' }, number: '5000' },
    { money: { amount: 1_230n, currency: 'KWD' }, number: '1.23' },
    { money: { amount: 10n, currency: 'KWD' }, number: '0.01' },
    { money: { amount: 1_234n, currency: 'IQD' }, number: '1.234' },
    { money: { amount: 1_500_000n, currency: 'IDR' }, number: '15000' },
    { money: { amount: 12_345n, currency: 'CLF' }, number: '1.2345' },
    // Beyond what a double can tell apart.
    { money: { amount: 9_007_199_254_740_993n, currency: 'USD' }, number: '90071992547409.93' },
    { money: { amount: MAX_MINOR_UNITS, currency: 'USD' }, number: '92233720368547758.07' },
  ];
  for (const { money, number } of written) {
    it(`is written as ${number} for ${money.amount.toString()} minor units of ${money.currency}`, () => {
      assert.equal(writeAmount(money), number);
    });
  }

  const refused: Money[] = [
    { amount: 1_234n, currency: 'KWD' },
    { amount: 1n, currency: 'BHD' },
    { amount: 50n, currency: 'IDR' },
    { amount: 1_500_001n, currency: 'COP' },
    { amount: 1n, currency: 'XXX' },
  ];
  for (const money of refused) {
    it(`is refused for ${money.amount.toString()} minor units of ${money.currency}`, () => {
      assert.equal(writeAmount(money), null);
    });
  }

  it('is a JSON number with exactly the decimals taken, or refused because it needs more', () => {
    fc.assert(
      fc.property(someMoney, ({ amount, kind: { currency, iso, taken } }) => {
        const number = writeAmount({ amount, currency });
        const needsMore = amount % 10n ** BigInt(iso - taken) !== 0n;
        assert.equal(number === null, needsMore);
        if (number === null) return;
        assert.match(number, taken === 0 ? /^[1-9]\d*$/ : new RegExp(`^(0|[1-9]\\d*)\\.\\d{${taken}}$`));
        // Put back together from its digits, independently of the code that reads answers.
        const digits = BigInt(number.replace('.', ''));
        assert.equal(digits * 10n ** BigInt(iso - taken), amount);
      }),
    );
  });

  it('is read back as the same amount', () => {
    fc.assert(
      fc.property(someMoney, ({ amount, kind: { currency } }) => {
        const number = writeAmount({ amount, currency });
        fc.pre(number !== null);
        assert.equal(readAmount(number, currency), amount);
      }),
    );
  });
});

describe('an amount that is read', () => {
  const readable: { literal: string; currency: string; amount: bigint }[] = [
    { literal: '10', currency: 'SAR', amount: 1_000n },
    { literal: '10.0', currency: 'SAR', amount: 1_000n },
    { literal: '10.00', currency: 'SAR', amount: 1_000n },
    { literal: '1.0E7', currency: 'IDR', amount: 1_000_000_000n },
    { literal: '1.0E7', currency: 'JPY', amount: 10_000_000n },
    // What PayerMax wouldn't take of us it may still say.
    { literal: '1.234', currency: 'KWD', amount: 1_234n },
    { literal: '0.5', currency: 'IDR', amount: 50n },
    { literal: '0', currency: 'USD', amount: 0n },
  ];
  for (const { literal, currency, amount } of readable) {
    it(`is ${amount.toString()} minor units for ${literal} ${currency}`, () => {
      assert.equal(readAmount(literal, currency), amount);
    });
  }

  for (const { literal, currency } of [
    { literal: '10.001', currency: 'USD' },
    { literal: '0.5', currency: 'JPY' },
    { literal: '-10', currency: 'USD' },
    { literal: '92233720368547758.08', currency: 'USD' },
    { literal: '1e99', currency: 'USD' },
    { literal: '10', currency: 'XXX' },
  ]) {
    it(`is none for ${literal} ${currency}`, () => {
      assert.equal(readAmount(literal, currency), null);
    });
  }
});
