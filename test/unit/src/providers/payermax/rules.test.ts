import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Money } from '../../../../../src/capture/money.js';
import type { OrderFulfilled } from '../../../../../src/capture/order.js';
import { planCapture } from '../../../../../src/capture/order.js';
import { isRejection } from '../../../../../src/capture/rejection.js';
import { payermaxRules } from '../../../../../src/providers/payermax/rules.js';

const REQUEST_ID = '0123456789abcdef0123456789abcdef';
const USD_100: Money = { amount: 10_000n, currency: 'USD' };

function anOrder(outTradeNo: string | null, changed: Partial<OrderFulfilled> = {}): OrderFulfilled {
  return {
    eventId: 'e',
    orderId: 'o',
    paymentId: 'PAY-1',
    provider: 'payermax',
    account: 'a',
    authorisedAmount: USD_100.amount,
    captureAmount: null,
    currency: USD_100.currency,
    captureCurrency: null,
    authorisedAt: new Date('2026-11-20T10:00:00Z'),
    fulfilledAt: new Date('2026-11-21T10:00:00Z'),
    references: new Map(outTradeNo === null ? [] : [['outTradeNo', outTradeNo]]),
    description: null,
    ...changed,
  };
}

function bodyFor(money: Money, outTradeNo = 'Order_77'): string {
  const body = payermaxRules.businessBody({
    requestId: REQUEST_ID,
    orderId: 'never sent',
    paymentId: 'never sent',
    captureReference: outTradeNo.toLowerCase(),
    money,
    references: new Map([['outTradeNo', outTradeNo]]),
    description: 'never sent',
  });
  return isRejection(body) ? `${body.rejected}: ${body.problem}` : Buffer.from(body).toString('utf8');
}

describe("PayerMax's capture reference", () => {
  it('is the outTradeNo in small letters, since PayerMax compares it so', () => {
    assert.equal(payermaxRules.captureReference(anOrder('Order_77')), 'order_77');
    assert.equal(payermaxRules.captureReference(anOrder('ORDER_77')), 'order_77');
    assert.equal(payermaxRules.maxPaymentIdLength, 64);
    assert.equal(payermaxRules.provider, 'payermax');
  });

  it('makes one claim of orders that differ in its case alone', () => {
    const terms = {
      account: 'a',
      merchantId: 'm',
      authorisationWindowMs: 1_000,
      rules: payermaxRules,
    };
    const context = { find: () => terms, traceparent: null, now: new Date(0) };
    const [one, other] = ['Order_77', 'oRDER_77'].map((number) => planCapture(anOrder(number), context));
    assert.ok(one !== undefined && !isRejection(one) && other !== undefined && !isRejection(other));
    assert.equal(one.captureId, other.captureId);
    assert.match(Buffer.from(one.body).toString(), /"outTradeNo":"Order_77"/);
  });

  for (const [what, order] of Object.entries({ absent: anOrder(null), empty: anOrder('') })) {
    it(`is missed when it is ${what}`, () => {
      const rejection = payermaxRules.captureReference(order);
      assert.ok(typeof rejection !== 'string');
      assert.deepEqual([rejection.rejected, rejection.field], ['reference_missing', 'references.outTradeNo']);
    });
  }

  it('takes 64 characters', () => {
    assert.equal(payermaxRules.captureReference(anOrder('x'.repeat(64))), 'x'.repeat(64));
  });

  for (const number of ['x'.repeat(65), 'a-b', 'a b', 'é', 'a\n', ' a', 'a"b', '\u0130', '\u212a']) {
    it(`is refused as ${JSON.stringify(number.slice(0, 10))}, saying what is allowed`, () => {
      const rejection = payermaxRules.captureReference(anOrder(number));
      assert.ok(typeof rejection !== 'string');
      assert.equal(rejection.rejected, 'reference_invalid');
      assert.match(rejection.problem, /letters, digits and underscores, at most 64/);
    });
  }
});

describe("PayerMax's business body", () => {
  const amounts: { money: Money; named: string }[] = [
    { money: USD_100, named: '"currency":"USD","amount":100.00' },
    { money: { amount: 1_500_000n, currency: 'IDR' }, named: '"currency":"IDR","amount":15000' },
    { money: { amount: 1_230n, currency: 'KWD' }, named: '"currency":"KWD","amount":1.23' },
    {
      money: { amount: 9_007_199_254_740_993n, currency: 'USD' },
      named: '"currency":"USD","amount":90071992547409.93',
    },
  ];
  for (const { money, named } of amounts) {
    it(`names ${money.amount.toString()} minor units of ${money.currency} as ${named}`, () => {
      assert.equal(bodyFor(money), `{"requestId":"${REQUEST_ID}","outTradeNo":"Order_77",${named}}`);
    });
  }

  it('refuses an amount with more decimals than are taken, saying which', () => {
    assert.match(
      bodyFor({ amount: 1_234n, currency: 'KWD' }),
      /^amount_not_representable: 1\.234 KWD has more/,
    );
    assert.match(bodyFor({ amount: 50n, currency: 'IDR' }), /^amount_not_representable: 0\.50 IDR has more/);
  });

  it('is JSON whatever the order number, which the reference alone checks', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (outTradeNo) => {
        assert.deepEqual(JSON.parse(bodyFor(USD_100, outTradeNo)), {
          requestId: REQUEST_ID,
          outTradeNo,
          currency: 'USD',
          amount: 100,
        });
      }),
    );
  });

  it('is the same bytes each time', () => {
    assert.equal(bodyFor(USD_100), bodyFor(USD_100));
  });
});
