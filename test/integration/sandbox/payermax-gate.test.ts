import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Sandbox } from '../../../sandbox/sandbox.js';
import { startSandbox } from '../../../sandbox/sandbox.js';
import type { PayermaxDeviation } from '../../support/payermax-merchant.js';
import { PayermaxMerchant, requestTimeOf } from '../../support/payermax-merchant.js';
import { SandboxAdmin } from '../../support/sandbox-admin.js';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const TWO_MINUTES = 120_000;

describe("PayerMax's gate", () => {
  let sandbox: Sandbox;
  let merchant: PayermaxMerchant;
  let admin: SandboxAdmin;

  before(async () => {
    sandbox = await startSandbox({ now: () => NOW });
    merchant = new PayermaxMerchant(sandbox);
    admin = new SandboxAdmin(sandbox, 'payermax');
  });
  after(() => sandbox.close());

  const at = (offsetMs: number): string => requestTimeOf(new Date(NOW.getTime() + offsetMs));
  const timed = (requestTime: unknown): PayermaxDeviation => ({ envelope: { requestTime } });

  async function captureWith(
    deviation: PayermaxDeviation,
    by: PayermaxMerchant = merchant,
  ): Promise<{ outcome: string; signed: boolean }> {
    const paymentId = await admin.authorise();
    const envelope = { requestTime: at(0), ...deviation.envelope };
    const { outcome, signed, status } = await by.capture(paymentId, {}, { ...deviation, envelope });
    const { capturedAmount, requestIds } = await admin.entry(paymentId);
    const untouched = capturedAmount === '0' && requestIds.length === 0;
    assert.equal(untouched, outcome !== 'APPLY_SUCCESS SUCCESS', 'a refusal must leave the book untouched');
    assert.equal(status, 200);
    return { outcome, signed };
  }

  it('admits a request that is signed and timed as PayerMax wants it, and signs its answer', async () => {
    assert.deepEqual(await captureWith({}), { outcome: 'APPLY_SUCCESS SUCCESS', signed: true });
  });

  const admitted: Record<string, PayermaxDeviation> = {
    'with a time two minutes ago': timed(at(-TWO_MINUTES)),
    'with a time two minutes ahead': timed(at(TWO_MINUTES)),
    'with a time in another offset': timed('2026-03-01T20:00:00.000+08:00'),
    'with a time in UTC by its letter': timed('2026-03-01T12:00:00.000Z'),
    'of the version before': { envelope: { version: '1.4' } },
    'that leaves out the merchant, whose app it names': { envelope: { merchantNo: null } },
    'with members that the page does not have': { envelope: { extra: 1 } },
    'with a character set': { headers: { 'Content-Type': 'application/json; charset=utf-8' } },
  };
  for (const [how, deviation] of Object.entries(admitted)) {
    it(`admits one ${how}`, async () => {
      assert.equal((await captureWith(deviation)).outcome, 'APPLY_SUCCESS SUCCESS');
    });
  }

  const refused: Record<string, readonly [string, PayermaxDeviation]> = {
    'by GET': ['PARAMS_INVALID', { method: 'GET' }],
    'by PUT': ['PARAMS_INVALID', { method: 'PUT' }],
    'with another media type': ['PARAMS_INVALID', { headers: { 'Content-Type': 'text/plain' } }],
    'with a malformed media type': ['PARAMS_INVALID', { headers: { 'Content-Type': 'json' } }],
    'that names no app': ['PARAMS_INVALID', { envelope: { appId: null } }],
    'that names its app by a number': ['PARAMS_INVALID', { envelope: { appId: 12 } }],
    'from an app that it does not know': ['MERCHANT_APP_INVALID', { envelope: { appId: 'somebody' } }],
    'with no signature': ['SIGN_VERIFY_FAILED', { headers: { sign: null } }],
    'with an empty signature': ['SIGN_VERIFY_FAILED', { signature: () => '' }],
    'with a signature without padding': [
      'SIGN_VERIFY_FAILED',
      { signature: (base64) => base64.replace(/=+$/, '') },
    ],
    'with a signature of something else': ['SIGN_VERIFY_FAILED', { signature: () => 'AAAA' }],
    'with a version as a number': ['PARAMS_INVALID', { envelope: { version: 1.5 } }],
    'with a version that there is not': ['PARAMS_INVALID', { envelope: { version: '2.0' } }],
    'with no version': ['PARAMS_INVALID', { envelope: { version: null } }],
    'with a key version as a number': ['PARAMS_INVALID', { envelope: { keyVersion: 1 } }],
    'with a key version that there is not': ['PARAMS_INVALID', { envelope: { keyVersion: '2' } }],
    'with no time': ['PARAMS_INVALID', timed(null)],
    'with a time as a number': ['PARAMS_INVALID', timed(NOW.getTime())],
    'with a time without milliseconds': ['PARAMS_INVALID', timed('2026-03-01T12:00:00+00:00')],
    'with a time without an offset': ['PARAMS_INVALID', timed('2026-03-01T12:00:00.000')],
    'with a time too long past': ['REQ_TIME_OVER_TIME', timed(at(-TWO_MINUTES - 1))],
    'with a time too far ahead': ['REQ_TIME_OVER_TIME', timed(at(TWO_MINUTES + 1))],
    'for another merchant': ['MERCHANT_INVALID', { envelope: { merchantNo: 'P01000000000002' } }],
    'with a merchant as a number': ['PARAMS_INVALID', { envelope: { merchantNo: 1 } }],
    'with no data': ['PARAMS_INVALID', { envelope: { data: null } }],
    'with data that is a list': ['PARAMS_INVALID', { envelope: { data: [] } }],
    'with two amounts': ['PARAMS_INVALID', { amountText: '1,"amount":100.00' }],
    'with one amount twice': ['PARAMS_INVALID', { amountText: '100.00,"amount":100.00' }],
  };
  for (const [how, [code, deviation]] of Object.entries(refused)) {
    it(`refuses one ${how}: ${code}, and does not sign that`, async () => {
      assert.deepEqual(await captureWith(deviation), { outcome: code, signed: false });
    });
  }

  it('refuses a body other than the signed one, if only by a blank: SIGN_VERIFY_FAILED', async () => {
    const body = JSON.stringify({ appId: merchant.appId, data: {} });
    const reply = await merchant.post('capture', body, { sentBody: `${body} ` });
    assert.equal(reply.code, 'SIGN_VERIFY_FAILED');
  });

  it('refuses what is no JSON, no object or not in UTF-8', async () => {
    for (const body of ['{"appId":', '[]', '"appId"', 'null', Buffer.from('{"appId":"é"}', 'latin1')]) {
      assert.equal((await merchant.post('capture', body)).code, 'PARAMS_INVALID');
    }
  });

  it('refuses a signature made with another key', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const { merchantNo, appId } = merchant;
    const stranger = new PayermaxMerchant(sandbox, { merchantNo, appId, privateKeyPem });
    assert.equal((await captureWith({}, stranger)).outcome, 'SIGN_VERIFY_FAILED');
  });

  it('has no other API', async () => {
    assert.equal((await merchant.call('refund', {}, timed(at(0)))).status, 404);
  });

  it('signs its refusals too if told to', async () => {
    const signing = await startSandbox({ payermax: { signsRefusals: true } });
    try {
      const reply = await new PayermaxMerchant(signing).capture('nobody_paid');
      assert.deepEqual([reply.code, reply.signed], ['ORDER_NOT_EXIST', true]);
    } finally {
      await signing.close();
    }
  });

  it('serves several merchants and apps, each with its key, and keeps the payments of merchants apart', async () => {
    const apps = ['P1', 'P1', 'P2'].map((merchantNo, index) => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      return {
        merchantNo,
        appId: `app${index}`,
        keyVersion: String(index + 1),
        privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
        publicKeyPem: createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString(),
      };
    });
    const shared = await startSandbox({ payermax: { merchants: apps } });
    try {
      const theirs = new SandboxAdmin(shared, 'payermax');
      await theirs.authorise({ paymentId: 't1', reference: 'order_1', merchant: 'P1' });
      await theirs.authorise({ paymentId: 't2', reference: 'order_1', merchant: 'P2' });
      const outcomes: string[] = [];
      for (const app of apps.toReversed()) {
        const { outcome } = await new PayermaxMerchant(shared, app).capture(
          'order_1',
          {},
          { envelope: { keyVersion: app.keyVersion } },
        );
        outcomes.push(outcome);
      }
      assert.deepEqual(outcomes, ['APPLY_SUCCESS SUCCESS', 'APPLY_SUCCESS SUCCESS', 'APPLY_SUCCESS FAILED']);
      assert.equal((await theirs.entry('t1')).captures.length, 1);
      assert.equal((await theirs.entry('t2')).captures.length, 1);
    } finally {
      await shared.close();
    }
  });
});
