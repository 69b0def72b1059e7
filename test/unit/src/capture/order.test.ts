import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { AccountTerms, OrderFulfilled, ProviderRules } from '../../../../src/capture/order.js';
import type { Rejection } from '../../../../src/capture/rejection.js';
import { isStorable, planCapture } from '../../../../src/capture/order.js';
import { isRejection, reject } from '../../../../src/capture/rejection.js';
import { anOrder } from '../../../support/capture-path.js';
import { EPOCH } from '../../../support/captures.js';

const RULES: ProviderRules = {
  provider: 'wallet',
  maxPaymentIdLength: 64,
  referenceField: 'paymentId',
  captureReference: ({ paymentId }) => paymentId,
  businessBody: ({ requestId, money }) =>
    money.amount === 13n
      ? reject('amount_not_representable', 'captureAmount', 'is 13', 'send another')
      : Buffer.from(`${requestId} ${money.amount.toString()}`),
};
const TERMS: AccountTerms = {
  account: 'shop',
  merchantId: 'm-1',
  authorisationWindowMs: 86_400_000,
  rules: RULES,
};

function plan(order: OrderFulfilled, aliases: string[] = ['shop']): ReturnType<typeof planCapture> {
  const find = (account: string): AccountTerms | null =>
    aliases.includes(account) ? { ...TERMS, account } : null;
  return planCapture(order, { find, traceparent: null, now: EPOCH });
}

function rejectionOf(order: OrderFulfilled): Rejection {
  const planned = plan(order);
  assert.ok(isRejection(planned), 'should be rejected');
  return planned;
}

function references(count: number): Map<string, string> {
  return new Map(Array.from({ length: count }, (_, index) => [String(index), 'x']));
}

describe('planning a capture', () => {
  it('captures the full authorisation, or the part that the order names', () => {
    const full = plan(anOrder());
    assert.ok(!isRejection(full));
    assert.deepEqual(full.money, { amount: 5_000n, currency: 'IQD' });
    assert.equal(full.expiresAt.getTime(), EPOCH.getTime() + 86_400_000);
    assert.equal(Buffer.from(full.body).toString(), `${full.requestId} 5000`);
    const part = plan(anOrder({ captureAmount: 1n }));
    assert.ok(!isRejection(part));
    assert.equal(part.money.amount, 1n);
  });

  it('names the capture by what the provider captures, whatever account and order name it', () => {
    const one = plan(anOrder());
    const other = plan(anOrder({ account: 'alias', orderId: 'order-2', captureAmount: 1n }), [
      'shop',
      'alias',
    ]);
    assert.ok(!isRejection(one) && !isRejection(other));
    assert.equal(one.captureId, other.captureId);
  });

  it('rejects what can’t become a capture, naming the field', () => {
    const cases: [Partial<OrderFulfilled>, string, string][] = [
      [{ eventId: '' }, 'text_missing', 'eventId'],
      [{ paymentId: '' }, 'text_missing', 'paymentId'],
      [{ orderId: 'x'.repeat(257) }, 'text_too_long', 'orderId'],
      [{ paymentId: 'x'.repeat(65) }, 'text_too_long', 'paymentId'],
      [{ orderId: 'a\0b' }, 'text_unprintable', 'orderId'],
      [{ description: 'half \uD83D' }, 'text_unprintable', 'description'],
      [{ references: new Map([['ref', '\uDC00']]) }, 'text_unprintable', 'references.ref'],
      [{ paymentId: 'pay-1\n' }, 'reference_invalid', 'paymentId'],
      [{ paymentId: '\tpay-1' }, 'reference_invalid', 'paymentId'],
      [{ paymentId: 'pay\u0085-1' }, 'reference_invalid', 'paymentId'],
      [{ paymentId: ' pay-1' }, 'reference_invalid', 'paymentId'],
      [{ paymentId: 'pay-1\u00a0' }, 'reference_invalid', 'paymentId'],
      [{ paymentId: ' ' }, 'reference_invalid', 'paymentId'],
      [{ references: new Map([['ref', 'x ']]) }, 'reference_invalid', 'references.ref'],
      [{ references: new Map([['ref', 'a\x7fb']]) }, 'reference_invalid', 'references.ref'],
      [{ account: 'nobody' }, 'account_unknown', 'account'],
      [{ provider: 'payermax' }, 'provider_unknown', 'provider'],
      [{ currency: 'iqd' }, 'currency_unknown', 'currency'],
      [{ currency: 'QQQ' }, 'currency_unknown', 'currency'],
      [{ captureAmount: 0n }, 'amount_not_positive', 'captureAmount'],
      [{ captureAmount: -1n }, 'amount_not_positive', 'captureAmount'],
      [{ authorisedAmount: 0n }, 'amount_not_positive', 'authorisedAmount'],
      [{ authorisedAmount: 2n ** 63n }, 'amount_too_large', 'authorisedAmount'],
      [{ captureAmount: 5_001n }, 'amount_above_authorised', 'captureAmount'],
      [{ captureAmount: 13n }, 'amount_not_representable', 'captureAmount'],
      [{ captureCurrency: 'EUR' }, 'currency_mismatch', 'captureCurrency'],
      [{ captureCurrency: '' }, 'currency_mismatch', 'captureCurrency'],
      [{ captureCurrency: 'iqd' }, 'currency_mismatch', 'captureCurrency'],
      [{ captureCurrency: 'IQD\0' }, 'text_unprintable', 'captureCurrency'],
      [{ captureCurrency: 'x'.repeat(257) }, 'text_too_long', 'captureCurrency'],
      [{ provider: 'Wallet' }, 'provider_unknown', 'provider'],
      [{ provider: 'stripe', account: 'nobody' }, 'provider_unknown', 'provider'],
      [{ references: references(33) }, 'references_too_many', 'references'],
      [{ references: new Map([['r'.repeat(257), '']]) }, 'text_too_long', 'references'],
      [{ authorisedAt: new Date(-1) }, 'time_out_of_range', 'authorisedAt'],
      [{ authorisedAt: new Date('9999-12-30T00:00:00.001Z') }, 'time_out_of_range', 'authorisedAt'],
      [{ authorisedAt: new Date(-8.64e15) }, 'time_out_of_range', 'authorisedAt'],
      [{ authorisedAt: new Date(8.64e15) }, 'time_out_of_range', 'authorisedAt'],
      [{ authorisedAt: new Date(NaN) }, 'time_out_of_range', 'authorisedAt'],
    ];
    for (const [change, reason, field] of cases) {
      const rejection = rejectionOf(anOrder(change));
      assert.deepEqual([rejection.rejected, rejection.field], [reason, field]);
      assert.ok(rejection.problem !== '' && rejection.remedy !== '');
    }
  });

  it('takes what is just within the limits', () => {
    const within: Partial<OrderFulfilled>[] = [
      { captureCurrency: 'IQD' },
      {
        paymentId: 'Pay 1/ä+#=&~',
        references: new Map([
          ['ref', 'a b'],
          ['none', ''],
        ]),
      },
      // Ours to keep as they are: no provider looks for them.
      { orderId: ' order\t1 ', eventId: 'event\n', description: 'two\nlines ' },
      { references: references(32) },
      { orderId: 'x'.repeat(256), paymentId: 'x'.repeat(64), description: 'x'.repeat(1_024) },
      { authorisedAt: new Date(0) },
      { authorisedAt: new Date('9999-12-30T00:00:00.000Z') },
      { fulfilledAt: new Date(8.64e15) },
      { authorisedAmount: 2n ** 63n - 1n },
    ];
    for (const change of within)
      assert.ok(!isRejection(plan(anOrder(change))), JSON.stringify(Object.keys(change)));
  });

  it('leaves an authorisation that has lapsed to the provider', () => {
    const planned = plan(anOrder({ authorisedAt: new Date('2001-01-01') }));
    assert.ok(!isRejection(planned));
    assert.ok(planned.expiresAt < EPOCH);
  });

  it('cuts hostile values in its texts', () => {
    assert.ok(rejectionOf(anOrder({ account: 'x'.repeat(256) })).problem.length < 150);
  });

  it('never throws, whatever the order holds', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('shop', 'wallet', 'IQD', 'pay-1', 'a\0'),
    );
    const amount = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);
    const order = fc.record({
      orderId: text,
      paymentId: text,
      provider: text,
      account: text,
      currency: text,
      description: fc.option(text),
      authorisedAmount: amount,
      captureAmount: fc.option(amount),
    });
    fc.assert(
      fc.property(order, (change) => {
        const planned = plan(anOrder(change));
        if (isRejection(planned)) return;
        assert.ok(planned.money.amount > 0n && planned.money.amount <= change.authorisedAmount);
        assert.ok([planned.orderId, planned.paymentId].every(isStorable));
        assert.match(planned.paymentId, /^[^\s\p{Cc}](?:\P{Cc}*[^\s\p{Cc}])?$/u);
      }),
    );
  });
});
