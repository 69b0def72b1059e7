import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Sandbox } from '../../../sandbox/sandbox.js';
import { startSandbox } from '../../../sandbox/sandbox.js';
import { PayermaxMerchant } from '../../support/payermax-merchant.js';
import type { PaymentInput } from '../../support/sandbox-admin.js';
import { SandboxAdmin } from '../../support/sandbox-admin.js';

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d \+0000$/;

describe("PayerMax's rules of capturing", () => {
  let sandbox: Sandbox;
  let merchant: PayermaxMerchant;
  let admin: SandboxAdmin;

  before(async () => {
    sandbox = await startSandbox();
    merchant = new PayermaxMerchant(sandbox);
    admin = new SandboxAdmin(sandbox, 'payermax');
  });
  after(() => sandbox.close());

  const captured = async (paymentId: string): Promise<string> =>
    (await admin.entry(paymentId)).capturedAmount;

  describe('the request', () => {
    const long = 'x'.repeat(65);
    const refused: Record<string, readonly [string, Record<string, unknown>]> = {
      'no request id': ['PARAMS_INVALID', { requestId: null }],
      'an empty request id': ['PARAMS_INVALID', { requestId: '' }],
      'a request id of 65 characters': ['PARAMS_INVALID', { requestId: long }],
      'a request id that is a number': ['PARAMS_INVALID', { requestId: 12 }],
      'no order': ['PARAMS_INVALID', { outTradeNo: null }],
      'an order of 65 characters': ['PARAMS_INVALID', { outTradeNo: long }],
      'an order with a hyphen': ['PARAMS_INVALID', { outTradeNo: 'a-b' }],
      'an order that is a number': ['PARAMS_INVALID', { outTradeNo: 12 }],
      'no currency': ['PARAMS_INVALID', { currency: null }],
      'a currency in small letters': ['PARAMS_INVALID', { currency: 'sar' }],
      'no amount': ['PARAMS_INVALID', { amount: null }],
      'an amount as a string': ['PARAMS_INVALID', { amount: '100' }],
      'an amount that is an object': ['PARAMS_INVALID', { amount: { value: 100 } }],
      'an amount of zero': ['AMOUNT_INVALID', { amount: 0 }],
      'a negative amount': ['AMOUNT_INVALID', { amount: -100 }],
      'an order that there is not': ['ORDER_NOT_EXIST', { outTradeNo: 'nobody_paid' }],
      'another currency': ['CURRENCY_INVALID', { currency: 'USD' }],
      'more than was authorised': ['AMOUNT_LIMIT', { amount: 1000.01 }],
    };
    for (const [what, [code, fields]] of Object.entries(refused)) {
      it(`with ${what} is ${code}, and uses up no request id`, async () => {
        const paymentId = await admin.authorise({ amount: '100000' });
        const id = { requestId: `with ${what}` };
        const reply = await merchant.capture(paymentId, { ...id, ...fields });
        assert.deepEqual([reply.outcome, reply.signed, 'data' in reply.data], [code, false, false]);
        assert.equal(await captured(paymentId), '0');
        assert.equal((await merchant.capture(paymentId, id)).outcome, 'APPLY_SUCCESS SUCCESS');
      });
    }

    it('may be as long as the page allows', async () => {
      const longest = 'A_9z'.repeat(16);
      const paymentId = await admin.authorise({ paymentId: longest });
      const reply = await merchant.capture(longest, { requestId: 'x'.repeat(64) });
      assert.equal(reply.outcome, 'APPLY_SUCCESS SUCCESS');
      assert.equal(await captured(paymentId), '10000');
    });
  });

  describe('the amount', () => {
    const read: readonly (readonly [string, string, string | null])[] = [
      ['100', 'SAR', '10000'],
      ['100.1', 'SAR', '10010'],
      ['100.10', 'SAR', '10010'],
      ['1e2', 'SAR', '10000'],
      ['1.5e1', 'SAR', '1500'],
      ['90071992547409.93', 'SAR', '9007199254740993'],
      ['1.234', 'IQD', '1234'],
      ['1.23', 'KWD', '1230'],
      ['150', 'JPY', '150'],
      ['150', 'IDR', '15000'],
      ['100.001', 'SAR', null],
      ['100.100', 'SAR', null],
      ['1e-3', 'SAR', null],
      ['1.234', 'KWD', null],
      ['150.5', 'JPY', null],
      ['150.5', 'IDR', null],
    ];
    for (const [amountText, currency, minorUnits] of read) {
      it(`${amountText} of ${currency} is ${minorUnits === null ? 'AMOUNT_INVALID' : `captured as ${minorUnits}`}`, async () => {
        const paymentId = await admin.authorise({ amount: '9999999999999999', currency });
        const reply = await merchant.capture(paymentId, { currency }, { amountText });
        const expected = minorUnits === null ? 'AMOUNT_INVALID' : 'APPLY_SUCCESS SUCCESS';
        assert.equal(reply.outcome, expected);
        assert.equal(await captured(paymentId), minorUnits ?? '0');
      });
    }

    it('is no string, also if that is a number by its looks', async () => {
      const paymentId = await admin.authorise();
      assert.equal((await merchant.capture(paymentId, {}, { amountText: '"100"' })).code, 'PARAMS_INVALID');
    });

    const written: readonly (readonly [string, string, string])[] = [
      ['50.1', 'SAR', '50.10'],
      ['50', 'SAR', '50.00'],
      ['1.2', 'KWD', '1.20'],
      ['15', 'IDR', '15'],
    ];
    for (const [amountText, currency, answered] of written) {
      it(`${amountText} of ${currency} is answered as the number ${answered}`, async () => {
        const paymentId = await admin.authorise({ currency });
        const reply = await merchant.capture(paymentId, { currency }, { amountText });
        assert.ok(reply.text.includes(`"amount":${answered},`), reply.text);
        assert.ok(reply.signed);
      });
    }
  });

  it('captures, and says so in all the members of the page', async () => {
    const paymentId = await admin.authorise({ reference: 'Order_1' });
    const reply = await merchant.capture('Order_1', { requestId: 'whole' });
    const { captureNo, createdTime, succeededTime, ...rest } = reply.data;
    assert.deepEqual([reply.code, reply.msg], ['APPLY_SUCCESS', 'Success.']);
    assert.deepEqual(rest, {
      ...{ requestId: 'whole', outTradeNo: 'Order_1', amount: 100, currency: 'SAR', status: 'SUCCESS' },
      ...{ isFinal: true, failedTime: null, errorCode: null, errorMsg: null },
    });
    assert.match(String(createdTime), TIME);
    assert.match(String(succeededTime), TIME);
    const entry = await admin.entry(paymentId);
    assert.deepEqual([entry.capturedAmount, entry.captureId], ['10000', captureNo]);
    assert.deepEqual(entry.requestIds, ['whole']);
  });

  it('captures a part, and then no more', async () => {
    const paymentId = await admin.authorise();
    assert.equal((await merchant.capture(paymentId, { amount: 60 })).outcome, 'APPLY_SUCCESS SUCCESS');
    const rest = await merchant.capture(paymentId, { amount: 40 });
    assert.equal(rest.outcome, 'APPLY_SUCCESS FAILED');
    assert.equal(rest.data['errorCode'], 'AUTHORIZATION_CAPTURED');
    assert.match(String(rest.data['failedTime']), TIME);
    assert.equal(rest.data['succeededTime'], null);
    assert.equal(await captured(paymentId), '6000');
  });

  it('knows an order by its number in capitals or not', async () => {
    const paymentId = await admin.authorise({ reference: 'MiXed_7' });
    assert.equal((await merchant.capture('mIxED_7')).outcome, 'APPLY_SUCCESS SUCCESS');
    assert.equal(await captured(paymentId), '10000');
  });

  it('accepts the capture of what has expired, and fails it', async () => {
    const expired = { authorisedAt: '2026-01-01T00:00:00Z', expiresAt: '2026-01-08T00:00:00Z' };
    const paymentId = await admin.authorise(expired);
    const reply = await merchant.capture(paymentId);
    assert.equal(reply.outcome, 'APPLY_SUCCESS FAILED');
    assert.equal(reply.data['errorCode'], 'AUTHORIZATION_EXPIRED');
    assert.equal(await captured(paymentId), '0');
  });

  it('lets an authorisation live for seven days', async () => {
    const { authorisedAt, expiresAt } = await admin.entry(await admin.authorise());
    assert.equal(Date.parse(expiresAt) - Date.parse(authorisedAt), 7 * 86_400_000);
  });

  it('fails others while a capture is under way', async () => {
    const scenario = [{ kind: 'in_process', moved: true, endsAfterMs: 3_600_000 }] as const;
    const paymentId = await admin.authorise({ scenario });
    assert.equal((await merchant.capture(paymentId)).outcome, 'APPLY_SUCCESS PENDING');
    const other = await merchant.capture(paymentId);
    assert.deepEqual(
      [other.outcome, other.data['errorCode']],
      ['APPLY_SUCCESS FAILED', 'AUTHORIZATION_BUSY'],
    );
    assert.equal(await admin.hurry(), 1);
    assert.equal((await admin.entry(paymentId)).captures.length, 1);
    assert.equal(
      (await admin.book()).doubleCaptureList.some((double) => double.paymentId === paymentId),
      false,
    );
  });

  it('counts a capture that failed only because money had moved, once for each request id', async () => {
    const before = (await admin.summary()).doubleCaptures;
    const paymentId = await admin.authorise();
    await merchant.capture(paymentId, { requestId: 'one' });
    const second = { requestId: 'two', amount: 50 };
    await merchant.capture(paymentId, second);
    await merchant.capture(paymentId, second);
    assert.equal((await merchant.capture(paymentId, { currency: 'USD' })).code, 'CURRENCY_INVALID');
    const { doubleCaptures, doubleCaptureList } = await admin.book();
    assert.equal(doubleCaptures, before + 1);
    const { at, ...double } = doubleCaptureList.at(-1) ?? { at: '' };
    assert.ok(!Number.isNaN(Date.parse(at)));
    assert.deepEqual(double, {
      ...{
        paymentId,
        requestId: 'two',
        firstRequestId: 'one',
        amount: '5000',
        currency: 'SAR',
        moved: false,
      },
    });
  });

  it('moves the money of one of many captures at once, whichever it is', async () => {
    const paymentId = await admin.authorise();
    const replies = await Promise.all(Array.from({ length: 20 }, () => merchant.capture(paymentId)));
    assert.equal(replies.filter(({ outcome }) => outcome === 'APPLY_SUCCESS SUCCESS').length, 1);
    assert.equal((await admin.entry(paymentId)).captures.length, 1);
  });

  describe('at entering', () => {
    const refusal = async (...payments: PaymentInput[]): Promise<string> => {
      const usual = { provider: 'payermax', merchant: merchant.merchantNo, amount: '1', currency: 'SAR' };
      const whole = payments.map((payment) => ({ ...usual, ...payment }));
      const response = await admin.post('/authorisations', whole);
      const { error } = (await response.json()) as { error: string };
      await assert.rejects(admin.entry(payments[0]?.paymentId ?? ''), /never authorised/);
      return `${response.status} ${error}`;
    };

    it('an order must have a number in form, or a payment id that is one', async () => {
      assert.match(
        await refusal({ paymentId: 'fine', reference: 'a b' }),
        /^400 payment fine: a b is no outTradeNo/,
      );
      assert.match(await refusal({ paymentId: 'a-b' }), /^400 payment a-b: a-b is no outTradeNo/);
    });

    it('an order must have a number of its own, in the list too, also in other letters', async () => {
      await admin.authorise({ reference: 'TAKEN' });
      assert.match(
        await refusal({ paymentId: 'x1', reference: 'taken' }),
        /^400 .*taken has a payment already/,
      );
      const twice = [
        { paymentId: 'x1', reference: 'Twice' },
        { paymentId: 'x2', reference: 'tWICE' },
      ];
      assert.match(await refusal(...twice), /^409 payment x2: .*twice/);
    });

    it('a payment is entered once, whatever its order', async () => {
      await admin.authorise({ paymentId: 'once' });
      await assert.rejects(admin.authorise({ paymentId: 'once' }), /payment once is authorised already/);
    });
  });
});

describe('PayerMax in permissive mode', () => {
  let sandbox: Sandbox;
  let merchant: PayermaxMerchant;
  let admin: SandboxAdmin;

  before(async () => {
    sandbox = await startSandbox({ permissive: true });
    merchant = new PayermaxMerchant(sandbox);
    admin = new SandboxAdmin(sandbox, 'payermax');
  });
  after(() => sandbox.close());

  it('moves the money again for another request id, and counts it', async () => {
    const paymentId = await admin.authorise();
    const [first, second] = [await merchant.capture(paymentId), await merchant.capture(paymentId)];
    assert.deepEqual([first.outcome, second.outcome], ['APPLY_SUCCESS SUCCESS', 'APPLY_SUCCESS SUCCESS']);
    assert.notEqual(first.data['captureNo'], second.data['captureNo']);
    const { capturedAmount, captures } = await admin.entry(paymentId);
    assert.deepEqual([capturedAmount, captures.length], ['20000', 2]);
    const summary = await admin.summary();
    assert.equal(summary.doubleCaptures, 1);
    assert.deepEqual(summary.totals.captured, { SAR: '20000' });
  });

  it('still moves nothing for a repeated request id', async () => {
    const paymentId = await admin.authorise();
    const fields = { requestId: 'only-once' };
    await Promise.all(Array.from({ length: 10 }, () => merchant.capture(paymentId, fields)));
    assert.equal((await admin.entry(paymentId)).capturedAmount, '10000');
  });
});
