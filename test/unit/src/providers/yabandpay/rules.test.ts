import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { exponentOf } from '../../../../../src/capture/currencies.js';
import type { Money } from '../../../../../src/capture/money.js';
import { MAX_MINOR_UNITS, parseMajor } from '../../../../../src/capture/money.js';
import type { CaptureInstruction } from '../../../../../src/capture/order.js';
import { isRejection } from '../../../../../src/capture/rejection.js';
import { hasCode } from '../../../../../src/errors.js';
import { writeAmount, yabandpayRules } from '../../../../../src/providers/yabandpay/rules.js';
import { anOrder } from '../../../../support/capture-path.js';

const NOTIFY_URL = 'https://shop.example/notify/yabandpay/eu';
const rules = yabandpayRules({ notifyUrl: NOTIFY_URL });

function instruction(changed: Partial<CaptureInstruction> = {}): CaptureInstruction {
  return {
    requestId: '0123456789abcdef0123456789abcdef',
    orderId: 'order-1',
    paymentId: 'trade-1',
    captureReference: 'trade-1',
    money: { amount: 2_499n, currency: 'EUR' },
    references: new Map(),
    description: 'Two shirts',
    ...changed,
  };
}

function bodyOf(changed: Partial<CaptureInstruction> = {}): string {
  const body = rules.businessBody(instruction(changed));
  return isRejection(body) ? body.rejected : Buffer.from(body).toString('utf8');
}

function dataOf(changed: Partial<CaptureInstruction> = {}): Record<string, string> {
  return JSON.parse(bodyOf(changed)) as Record<string, string>;
}

function descriptionOf(description: string | null, changed: Partial<CaptureInstruction> = {}): string {
  return dataOf({ description, ...changed })['description'] ?? 'none';
}

describe("YabandPay's business body", () => {
  it('is the data of the request', () => {
    assert.equal(
      bodyOf(),
      '{"trade_id":"trade-1","amount":"24.99","currency":"EUR","description":"Two shirts",' +
        `"notify_url":"${NOTIFY_URL}","request_id":"0123456789abcdef0123456789abcdef"}`,
    );
  });

  it('has what the example of the page has', () => {
    const example = {
      description: 'test',
      trade_id: '160899f3-f6d9-a8d8-ab5b-82eacdab9c5b',
      amount: '1',
      currency: 'EUR',
      notify_url: 'https://www.yabandpay.com/notify',
      request_id: 'ca51f2fas3i0f8uiw7efj6oe4i2w1ghj',
    };
    const body = yabandpayRules({ notifyUrl: example.notify_url }).businessBody(
      instruction({
        requestId: example.request_id,
        captureReference: example.trade_id,
        money: { amount: 100n, currency: 'EUR' },
        description: example.description,
      }),
    );
    assert.ok(!isRejection(body));
    const { amount, ...others } = JSON.parse(Buffer.from(body).toString('utf8')) as typeof example;
    assert.deepEqual({ ...others, amount: Number(amount) }, { ...example, amount: Number(example.amount) });
  });

  it('is the same bytes each time', () => {
    assert.equal(bodyOf(), bodyOf());
  });

  const amounts: [money: Money, written: string][] = [
    [{ amount: 2_499n, currency: 'EUR' }, '24.99'],
    [{ amount: 100n, currency: 'EUR' }, '1.00'],
    [{ amount: 1n, currency: 'EUR' }, '0.01'],
    [{ amount: 5_000n, currency: 'JPY' }, '5000'],
    [{ amount: 1n, currency: 'KWD' }, '0.001'],
    [{ amount: 150_000n, currency: 'IQD' }, '150.000'],
    [{ amount: 12_345n, currency: 'CLF' }, '1.2345'],
    // Beyond what a double can count.
    [{ amount: MAX_MINOR_UNITS, currency: 'CHF' }, '92233720368547758.07'],
  ];
  for (const [money, written] of amounts) {
    it(`writes ${money.amount.toString()} minor units of ${money.currency} as ${written}`, () => {
      const { amount, currency } = dataOf({ money });
      assert.deepEqual([amount, currency], [written, money.currency]);
    });
  }

  it('writes every amount so that it reads back as the same amount, in plain digits', () => {
    const currencies = fc.constantFrom('JPY', 'EUR', 'KWD', 'CLF');
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: MAX_MINOR_UNITS }), currencies, (amount, currency) => {
        const written = writeAmount({ amount, currency });
        const exponent = exponentOf(currency) ?? -1;
        return (
          written !== null &&
          /^\d+(\.\d+)?$/.test(written) &&
          (written.split('.')[1] ?? '').length === exponent &&
          parseMajor(written, exponent) === amount
        );
      }),
    );
  });

  it('is refused for a currency whose decimals nobody knows', () => {
    assert.equal(bodyOf({ money: { amount: 1n, currency: 'XTS' } }), 'amount_not_representable');
  });

  it('never has an empty member, nor one that could be read as two', () => {
    const character = fc.constantFrom('&', '=', '\n', '\u0085', ' ', 'a', 'é', '😀', '\u2028');
    const text = fc.string({ unit: character, maxLength: 300 });
    fc.assert(
      fc.property(fc.option(text), text, (description, orderId) => {
        const values = Object.values(dataOf({ description, orderId }));
        return values.length === 6 && values.every((value) => value !== '' && !/[&=\p{Cc}]/u.test(value));
      }),
    );
  });
});

describe('the description', () => {
  it("is the order's, without what can't be signed, and trimmed", () => {
    assert.equal(descriptionOf('  Two\r\n shirts & a=b\t\u0085\u007f '), 'Two shirts  ab');
    assert.equal(descriptionOf('T-Shirt “Ä” 衬衫 😀 #1?'), 'T-Shirt “Ä” 衬衫 😀 #1?');
  });

  it('names the order if it has nothing to say', () => {
    for (const description of [null, '', '  ', '&=\n']) {
      assert.equal(descriptionOf(description, { orderId: 'A&B=1\u0007' }), 'Order AB1');
    }
  });

  it('is the request id if the order has no name either', () => {
    assert.equal(descriptionOf(null, { orderId: ' &= ' }), '0123456789abcdef0123456789abcdef');
  });

  it('is cut to 255 characters, none of them in half, and ends in no blank', () => {
    assert.equal(descriptionOf('x'.repeat(255)), 'x'.repeat(255));
    assert.equal(descriptionOf('x'.repeat(256)), 'x'.repeat(255));
    assert.equal(descriptionOf(`   ${'x'.repeat(255)}`), 'x'.repeat(255));
    assert.equal(descriptionOf(`x${'😀'.repeat(300)}`), `x${'😀'.repeat(254)}`);
    assert.equal(descriptionOf(`${'x'.repeat(250)}      y`), 'x'.repeat(250));
    assert.equal(descriptionOf(null, { orderId: 'o'.repeat(256) }), `Order ${'o'.repeat(249)}`);
  });
});

describe("YabandPay's capture reference", () => {
  const referenceOf = (paymentId: string): string => {
    const reference = rules.captureReference(anOrder({ paymentId }));
    return typeof reference === 'string' ? reference : `${reference.rejected} ${reference.field}`;
  };

  it('is the trade_id as it is: capitals and all', () => {
    assert.equal(rules.provider, 'yabandpay');
    assert.equal(rules.maxPaymentIdLength, 64);
    for (const tradeId of ['160899f3-f6d9-a8d8-ab5b-82eacdab9c5b', 'AbC', 'é 1', '#?%20"\\']) {
      assert.equal(referenceOf(tradeId), tradeId);
    }
  });

  it('is refused if the signature would not hold for it alone', () => {
    for (const tradeId of ['a&b', 'a=b', 'a\nb', 'a\u0000b', 'a\u007fb', 'a\u0085b', ' a', 'a ', 'a\u00a0']) {
      assert.equal(referenceOf(tradeId), 'reference_invalid paymentId', JSON.stringify(tradeId));
    }
  });
});

describe('the rules of an account', () => {
  it('are none for a notify URL that cannot be sent', () => {
    for (const notifyUrl of ['', 'https://shop.example/?a=b', 'shop.example']) {
      assert.throws(
        () => yabandpayRules({ notifyUrl }),
        (error) => hasCode(error, 'CONFIG_INVALID'),
      );
    }
  });
});
