import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { MAX_MINOR_UNITS } from '../../../../../src/capture/money.js';
import type { Money } from '../../../../../src/capture/money.js';
import { isRejection } from '../../../../../src/capture/rejection.js';
import { walletAmount, walletRules } from '../../../../../src/providers/wallet/rules.js';

const REQUEST_ID = '0123456789abcdef0123456789abcdef';

function bodyFor(money: Money, paymentId = '2023120611121280010016600090000xxxx'): string {
  const body = walletRules.businessBody({
    requestId: REQUEST_ID,
    orderId: 'never sent',
    paymentId,
    captureReference: paymentId,
    money,
    references: new Map(),
    description: 'never sent',
  });
  return isRejection(body) ? body.rejected : Buffer.from(body).toString('utf8');
}

describe("the wallet's business body", () => {
  const amounts: { money: Money; captureAmount: string }[] = [
    // 150 dinars, in fils.
    { money: { amount: 150_000n, currency: 'IQD' }, captureAmount: '{"value":"150000","currency":"IQD"}' },
    { money: { amount: 1n, currency: 'IQD' }, captureAmount: '{"value":"1","currency":"IQD"}' },
    { money: { amount: 2499n, currency: 'EUR' }, captureAmount: '{"value":"2499","currency":"EUR"}' },
    { money: { amount: 5000n, currency: 'JPY' }, captureAmount: '{"value":"5000","currency":"JPY"}' },
    // Beyond what a double can count.
    {
      money: { amount: 9_007_199_254_740_993n, currency: 'USD' },
      captureAmount: '{"value":"9007199254740993","currency":"USD"}',
    },
  ];
  for (const { money, captureAmount } of amounts) {
    it(`names ${money.amount.toString()} minor units of ${money.currency} as they are`, () => {
      assert.equal(
        bodyFor(money),
        `{"captureRequestId":"${REQUEST_ID}","paymentId":"2023120611121280010016600090000xxxx","captureAmount":${captureAmount}}`,
      );
    });
  }

  it('is UTF-8 JSON whatever is in the payment id', () => {
    const paymentId = 'a"b\\c\u2028é😀';
    const parsed: unknown = JSON.parse(bodyFor({ amount: 1n, currency: 'EUR' }, paymentId));
    assert.deepEqual(parsed, {
      captureRequestId: REQUEST_ID,
      paymentId,
      captureAmount: { value: '1', currency: 'EUR' },
    });
  });

  it('is the same bytes each time', () => {
    const money = { amount: 7n, currency: 'IQD' };
    assert.equal(bodyFor(money), bodyFor(money));
  });

  it('takes 16 digits and refuses 17, rather than let the wallet cut them', () => {
    assert.match(bodyFor({ amount: 9_999_999_999_999_999n, currency: 'IQD' }), /"9999999999999999"/);
    assert.equal(bodyFor({ amount: 10_000_000_000_000_000n, currency: 'IQD' }), 'amount_not_representable');
    assert.equal(bodyFor({ amount: MAX_MINOR_UNITS, currency: 'IQD' }), 'amount_not_representable');
  });

  it('writes every amount as digits that read back as the same amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: MAX_MINOR_UNITS }), (amount) => {
        const written = walletAmount({ amount, currency: 'IQD' });
        if (amount >= 10n ** 16n) return written === null;
        return written !== null && /^[1-9]\d{0,15}$/.test(written.value) && BigInt(written.value) === amount;
      }),
    );
  });
});

describe("the wallet's capture reference", () => {
  it('is the payment id as it is: the wallet compares it so', () => {
    const order = {
      eventId: 'e',
      orderId: 'o',
      paymentId: 'PayMent-1',
      provider: 'wallet',
      account: 'a',
      authorisedAmount: 1n,
      captureAmount: null,
      currency: 'IQD',
      captureCurrency: null,
      authorisedAt: new Date(0),
      fulfilledAt: new Date(0),
      references: new Map<string, string>(),
      description: null,
    };
    assert.equal(walletRules.captureReference(order), 'PayMent-1');
    assert.equal(walletRules.maxPaymentIdLength, 64);
    assert.equal(walletRules.provider, 'wallet');
  });
});
