import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Sandbox } from '../../../sandbox/sandbox.js';
import { startSandbox } from '../../../sandbox/sandbox.js';
import { SandboxAdmin } from '../../support/sandbox-admin.js';
import { WalletMerchant } from '../../support/wallet-merchant.js';

const IQD_100 = { value: '100000', currency: 'IQD' };

describe("the wallet's rules of capturing", () => {
  let sandbox: Sandbox;
  let merchant: WalletMerchant;
  let admin: SandboxAdmin;

  before(async () => {
    sandbox = await startSandbox();
    merchant = new WalletMerchant(sandbox);
    admin = new SandboxAdmin(sandbox);
  });
  after(() => sandbox.close());

  describe('the request', () => {
    const long = (length: number): string => 'x'.repeat(length);
    const illegal: Record<string, Record<string, unknown>> = {
      'no request id': { captureRequestId: null },
      'an empty request id': { captureRequestId: '' },
      'a request id of 65 characters': { captureRequestId: long(65) },
      'a request id that is a number': { captureRequestId: 12 },
      'no payment id': { paymentId: null },
      'a payment id of 65 characters': { paymentId: long(65) },
      'an amount as a number': { captureAmount: { value: 100_000, currency: 'IQD' } },
      'an amount of 17 digits': { captureAmount: { value: '1'.repeat(17), currency: 'IQD' } },
      'an amount of zero': { captureAmount: { value: '0', currency: 'IQD' } },
      'a negative amount': { captureAmount: { value: '-5', currency: 'IQD' } },
      'an amount with decimals': { captureAmount: { value: '150.000', currency: 'IQD' } },
      'an amount with a leading zero': { captureAmount: { value: '0100', currency: 'IQD' } },
      'an amount without a currency': { captureAmount: { value: '100000' } },
      'a currency of two letters': { captureAmount: { value: '100000', currency: 'IQ' } },
      'an amount that is no object': { captureAmount: '100000' },
      'extension information of 2049 characters': { extendInfo: long(2049) },
      'extension information that is no text': { extendInfo: { a: 1 } },
    };
    for (const [what, fields] of Object.entries(illegal)) {
      it(`with ${what} is PARAM_ILLEGAL`, async () => {
        const paymentId = await admin.authorise();
        const reply = await merchant.capture(paymentId, fields);
        assert.equal(reply.resultCode, 'PARAM_ILLEGAL');
        assert.equal(reply.resultStatus, 'F');
        assert.equal((await admin.entry(paymentId)).capturedAmount, '0');
      });
    }

    it('that has a member twice is PARAM_ILLEGAL, and moves nothing', async () => {
      const paymentId = await admin.authorise();
      const ids = `"captureRequestId":"twice","paymentId":"${paymentId}"`;
      for (const captureAmount of [
        '{"value":"1","value":"150000","currency":"IQD"}',
        '{"value":"1","currency":"IQD"},"captureAmount":{"value":"150000","currency":"IQD"}',
      ]) {
        const body = `{${ids},"captureAmount":${captureAmount}}`;
        assert.equal((await merchant.post('/v1/payments/capture', body)).resultCode, 'PARAM_ILLEGAL');
      }
      const { capturedAmount, requestIds } = await admin.entry(paymentId);
      assert.deepEqual([capturedAmount, requestIds], ['0', []]);
    });

    it('that is no JSON, or not in UTF-8, is PARAM_ILLEGAL', async () => {
      const path = '/v1/payments/capture';
      assert.equal((await merchant.post(path, '{"captureRequestId":')).resultCode, 'PARAM_ILLEGAL');
      assert.equal((await merchant.post(path, 'null')).resultCode, 'PARAM_ILLEGAL');
      const latin1 = Buffer.from('{"captureRequestId":"é","paymentId":"p"}', 'latin1');
      assert.equal((await merchant.post(path, latin1)).resultCode, 'PARAM_ILLEGAL');
    });

    it('may be as long as the page allows', async () => {
      const paymentId = await admin.authorise({ paymentId: long(64), amount: '9999999999999999' });
      const captureAmount = { value: '9999999999999999', currency: 'IQD' };
      const fields = { captureRequestId: long(64), captureAmount, extendInfo: long(2048) };
      assert.equal((await merchant.capture(paymentId, fields)).resultCode, 'SUCCESS');
      assert.equal((await admin.entry(paymentId)).capturedAmount, '9999999999999999');
    });
  });

  it('captures the whole amount if none is named', async () => {
    const paymentId = await admin.authorise();
    const reply = await merchant.capture(paymentId, { captureRequestId: 'whole' });
    assert.deepEqual(reply.body['result'], {
      resultCode: 'SUCCESS',
      resultStatus: 'S',
      resultMessage: 'Success.',
    });
    assert.ok(reply.signed);
    assert.match(String(reply.body['captureTime']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+03:00$/);
    const entry = await admin.entry(paymentId);
    assert.equal(entry.capturedAmount, '150000');
    assert.equal(entry.captureId, reply.body['captureId']);
    assert.equal(reply.body['captureRequestId'], 'whole');
    assert.deepEqual(entry.requestIds, ['whole']);
  });

  it('captures a part, and then no more', async () => {
    const paymentId = await admin.authorise();
    assert.equal((await merchant.capture(paymentId, { captureAmount: IQD_100 })).resultCode, 'SUCCESS');
    const rest = { value: '50000', currency: 'IQD' };
    assert.equal(
      (await merchant.capture(paymentId, { captureAmount: rest })).resultCode,
      'ORDER_STATUS_INVALID',
    );
    assert.equal((await admin.entry(paymentId)).capturedAmount, '100000');
  });

  it('refuses what was never authorised', async () => {
    assert.equal((await merchant.capture('nobody-paid')).resultCode, 'AUTH_NOT_FOUND');
  });

  it('refuses another currency and more than was authorised', async () => {
    const paymentId = await admin.authorise();
    const capture = async (captureAmount: object): Promise<string | null> =>
      (await merchant.capture(paymentId, { captureAmount })).resultCode;
    assert.equal(await capture({ value: '100000', currency: 'USD' }), 'CURRENCY_NOT_SUPPORT');
    assert.equal(await capture({ value: '150001', currency: 'IQD' }), 'CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT');
    assert.equal(await capture({ value: '150000', currency: 'IQD' }), 'SUCCESS');
  });

  it('refuses what has expired', async () => {
    const expired = { authorisedAt: '2026-01-01T00:00:00Z', expiresAt: '2026-01-08T00:00:00Z' };
    const paymentId = await admin.authorise(expired);
    assert.equal((await merchant.capture(paymentId)).resultCode, 'AUTH_EXPIRED');
    assert.equal((await merchant.inquire({ paymentId })).body['paymentStatus'], 'FAIL');
  });

  describe('a repeated request id', () => {
    it('gets the same result as before, and moves nothing', async () => {
      const paymentId = await admin.authorise();
      const fields = { captureRequestId: 'again', captureAmount: IQD_100 };
      const [first, second] = [
        await merchant.capture(paymentId, fields),
        await merchant.capture(paymentId, fields),
      ];
      assert.deepEqual(second.body, first.body);
      assert.equal((await admin.entry(paymentId)).capturedAmount, '100000');
    });

    it('gets the same refusal as before, whatever has changed since', async () => {
      const fields = { captureRequestId: 'too-early' };
      assert.equal((await merchant.capture('pay-later', fields)).resultCode, 'AUTH_NOT_FOUND');
      await admin.authorise({ paymentId: 'pay-later' });
      assert.equal((await merchant.capture('pay-later', fields)).resultCode, 'AUTH_NOT_FOUND');
      assert.equal((await merchant.capture('pay-later')).resultCode, 'SUCCESS');
    });

    const original = { captureRequestId: 'changing', captureAmount: IQD_100, extendInfo: 'a' };
    const changes: Record<string, Record<string, unknown>> = {
      amount: { captureAmount: { value: '100001', currency: 'IQD' } },
      'no amount': { captureAmount: null },
      currency: { captureAmount: { value: '100000', currency: 'USD' } },
      'extension information': { extendInfo: 'b' },
      payment: { paymentId: 'another' },
    };
    for (const [what, change] of Object.entries(changes)) {
      it(`with another content (${what}) is REPEAT_REQ_INCONSISTENT, and the first result stands`, async () => {
        const paymentId = await admin.authorise();
        const id = { captureRequestId: `changing ${what}` };
        const first = await merchant.capture(paymentId, { ...original, ...id });
        const changed = await merchant.capture(paymentId, { ...original, ...id, ...change });
        assert.equal(changed.resultCode, 'REPEAT_REQ_INCONSISTENT');
        assert.deepEqual((await merchant.capture(paymentId, { ...original, ...id })).body, first.body);
      });
    }

    it('is free again after a refusal at the gate', async () => {
      const paymentId = await admin.authorise();
      const fields = { captureRequestId: 'unsigned at first' };
      const unsigned = await merchant.capture(paymentId, fields, { headers: { Signature: null } });
      assert.equal(unsigned.resultCode, 'SIGNATURE_INVALID');
      assert.equal((await merchant.capture(paymentId, fields)).resultCode, 'SUCCESS');
    });
  });

  it('turns others away while a capture is under way, and tells a repeat that it is', async () => {
    const paymentId = await admin.authorise({
      scenario: [{ kind: 'in_process', moved: true, endsAfterMs: 3_600_000 }],
    });
    const first = { captureRequestId: 'the-first' };
    assert.equal((await merchant.capture(paymentId, first)).resultCode, 'CAPTURE_IN_PROCESS');
    assert.equal((await merchant.capture(paymentId, first)).resultCode, 'CAPTURE_IN_PROCESS');
    const other = { captureRequestId: 'the-other' };
    assert.equal((await merchant.capture(paymentId, other)).resultCode, 'MUTEX_OPERATION_IN_PROCESSING');
    assert.equal((await merchant.inquire({ paymentId })).body['paymentStatus'], 'PROCESSING');
    assert.equal(await admin.hurry(), 1);
    assert.equal((await admin.entry(paymentId)).capturedAmount, '150000');
    assert.equal((await merchant.capture(paymentId, first)).resultCode, 'SUCCESS');
    assert.equal((await merchant.capture(paymentId, other)).resultCode, 'ORDER_STATUS_INVALID');
  });

  it('counts a capture that was refused only because money had moved, once for each request id', async () => {
    const before = (await admin.summary()).doubleCaptures;
    const paymentId = await admin.authorise();
    await merchant.capture(paymentId, { captureRequestId: 'one' });
    const second = { captureRequestId: 'two', captureAmount: IQD_100 };
    await merchant.capture(paymentId, second);
    await merchant.capture(paymentId, second);
    const foreign = { captureAmount: { value: '1', currency: 'USD' } };
    assert.equal((await merchant.capture(paymentId, foreign)).resultCode, 'CURRENCY_NOT_SUPPORT');
    const { doubleCaptures, doubleCaptureList } = await admin.book();
    assert.equal(doubleCaptures, before + 1);
    const { at, ...double } = doubleCaptureList.at(-1) ?? { at: '' };
    assert.ok(!Number.isNaN(Date.parse(at)));
    assert.deepEqual(double, {
      paymentId,
      requestId: 'two',
      firstRequestId: 'one',
      amount: '100000',
      currency: 'IQD',
      moved: false,
    });
  });

  it('moves the money of one of many captures at once, whichever it is', async () => {
    const paymentId = await admin.authorise();
    const replies = await Promise.all(Array.from({ length: 20 }, () => merchant.capture(paymentId)));
    const codes = replies.map(({ resultCode }) => resultCode);
    assert.equal(codes.filter((code) => code === 'SUCCESS').length, 1);
    assert.equal((await admin.entry(paymentId)).captures.length, 1);
  });
});

describe('the wallet in permissive mode', () => {
  let sandbox: Sandbox;
  let merchant: WalletMerchant;
  let admin: SandboxAdmin;

  before(async () => {
    sandbox = await startSandbox({ permissive: true });
    merchant = new WalletMerchant(sandbox);
    admin = new SandboxAdmin(sandbox);
  });
  after(() => sandbox.close());

  it('moves the money again for another request id, and counts it', async () => {
    const paymentId = await admin.authorise();
    const [first, second] = [await merchant.capture(paymentId), await merchant.capture(paymentId)];
    assert.deepEqual([first.resultCode, second.resultCode], ['SUCCESS', 'SUCCESS']);
    assert.notEqual(first.body['captureId'], second.body['captureId']);
    const { capturedAmount, captures } = await admin.entry(paymentId);
    assert.equal(capturedAmount, '300000');
    assert.equal(captures.length, 2);
    const summary = await admin.summary();
    assert.equal(summary.permissive, true);
    assert.equal(summary.doubleCaptures, 1);
    assert.deepEqual(summary.totals.captured, { IQD: '300000' });
    const transactions = (await merchant.inquire({ paymentId })).body['transactions'];
    assert.equal(Array.isArray(transactions) && transactions.length, 2);
  });

  it('turns nobody away while a capture is under way', async () => {
    const paymentId = await admin.authorise({
      scenario: [{ kind: 'in_process', moved: true, endsAfterMs: 3_600_000 }],
    });
    assert.equal((await merchant.capture(paymentId)).resultCode, 'CAPTURE_IN_PROCESS');
    assert.equal((await merchant.capture(paymentId)).resultCode, 'SUCCESS');
    assert.equal(await admin.hurry(), 1);
    assert.equal((await admin.entry(paymentId)).captures.length, 2);
    assert.equal(
      (await admin.book()).doubleCaptureList.filter((one) => one.paymentId === paymentId).length,
      1,
    );
  });

  it('still moves nothing for a repeated request id', async () => {
    const paymentId = await admin.authorise();
    const fields = { captureRequestId: 'only-once' };
    await Promise.all(Array.from({ length: 10 }, () => merchant.capture(paymentId, fields)));
    assert.equal((await admin.entry(paymentId)).capturedAmount, '150000');
  });
});
