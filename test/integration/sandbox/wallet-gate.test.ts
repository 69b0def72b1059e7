import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Sandbox } from '../../../sandbox/sandbox.js';
import { startSandbox } from '../../../sandbox/sandbox.js';
import { SandboxAdmin } from '../../support/sandbox-admin.js';
import type { Deviation } from '../../support/wallet-merchant.js';
import { timeOf, WalletMerchant } from '../../support/wallet-merchant.js';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const MINUTE = 60_000;

describe("the wallet's gate", () => {
  let sandbox: Sandbox;
  let merchant: WalletMerchant;
  let admin: SandboxAdmin;

  before(async () => {
    sandbox = await startSandbox({ now: () => NOW, wallet: { clockSkewMs: 5 * MINUTE } });
    merchant = new WalletMerchant(sandbox);
    admin = new SandboxAdmin(sandbox);
  });
  after(() => sandbox.close());

  const at = (offsetMs: number): string => timeOf(new Date(NOW.getTime() + offsetMs));

  async function captureWith(deviation: Deviation): Promise<{ code: string | null; signed: boolean }> {
    const paymentId = await admin.authorise();
    const reply = await merchant.capture(paymentId, {}, { time: at(0), ...deviation });
    const { capturedAmount, requestIds } = await admin.entry(paymentId);
    const untouched = capturedAmount === '0' && requestIds.length === 0;
    assert.equal(
      untouched,
      reply.resultCode !== 'SUCCESS',
      'a refusal at the gate leaves the book untouched',
    );
    assert.equal(reply.status, 200);
    return { code: reply.resultCode, signed: reply.signed };
  }

  it('admits a request that is signed and timed as the wallet wants it', async () => {
    assert.deepEqual(await captureWith({}), { code: 'SUCCESS', signed: true });
  });

  const admitted: Record<string, Deviation> = {
    'with a time at the edge of the window': { time: at(-5 * MINUTE) },
    'with a time ahead, at the edge': { time: at(5 * MINUTE) },
    'with a time in another offset': { time: '2026-03-01T17:30:00+05:30' },
    'with a plain media type': { headers: { 'Content-Type': 'application/json' } },
  };
  for (const [how, deviation] of Object.entries(admitted)) {
    it(`admits one ${how}`, async () => {
      assert.equal((await captureWith(deviation)).code, 'SUCCESS');
    });
  }

  const refused: Record<string, readonly [string, Deviation]> = {
    'by GET': ['METHOD_NOT_SUPPORTED', { method: 'GET' }],
    'by PUT': ['METHOD_NOT_SUPPORTED', { method: 'PUT' }],
    'with another media type': ['MEDIA_TYPE_NOT_ACCEPTABLE', { headers: { 'Content-Type': 'text/plain' } }],
    'with no media type': ['MEDIA_TYPE_NOT_ACCEPTABLE', { headers: { 'Content-Type': null } }],
    'with a malformed media type': ['MEDIA_TYPE_NOT_ACCEPTABLE', { headers: { 'Content-Type': 'json' } }],
    'in another character set': [
      'MEDIA_TYPE_NOT_ACCEPTABLE',
      { headers: { 'Content-Type': 'application/json; charset=latin1' } },
    ],
    'from a client that it does not know': ['CLIENT_INVALID', { clientId: 'SOMEBODY' }],
    'from nobody': ['CLIENT_INVALID', { headers: { 'Client-Id': null } }],
    'with no time': ['PARAM_ILLEGAL', { headers: { 'Request-Time': null } }],
    'with a time that ends in Z': ['PARAM_ILLEGAL', { time: '2026-03-01T12:00:00Z' }],
    'with a time that has no offset': ['PARAM_ILLEGAL', { time: '2026-03-01T12:00:00' }],
    'with a time that does not exist': ['PARAM_ILLEGAL', { time: '2026-13-01T12:00:00+00:00' }],
    'with a time too long past': ['SIGNATURE_INVALID', { time: at(-5 * MINUTE - 1) }],
    'with a time too far ahead': ['SIGNATURE_INVALID', { time: at(5 * MINUTE + 1) }],
    'with no signature': ['SIGNATURE_INVALID', { headers: { Signature: null } }],
    'with a signature header out of form': [
      'SIGNATURE_INVALID',
      { headers: { Signature: 'signature=abcd' } },
    ],
    'with another algorithm': ['SIGNATURE_INVALID', { algorithm: 'RSA512' }],
    'with a key version that it does not have': ['KEY_NOT_FOUND', { keyVersion: '2' }],
    'with a body other than the signed one': ['SIGNATURE_INVALID', { sentBody: '{}' }],
    'with a time other than the signed one': ['SIGNATURE_INVALID', { headers: { 'Request-Time': at(1000) } }],
    'to a path other than the signed one': ['SIGNATURE_INVALID', { path: '/v1/payments/capture?x=1' }],
    'with a signature in the URL alphabet': [
      'SIGNATURE_INVALID',
      { signature: (base64) => `${base64.slice(0, -4)}-_-_` },
    ],
    'with a signature without padding': [
      'SIGNATURE_INVALID',
      { signature: (base64) => base64.replace(/=+$/, '') },
    ],
    'with a percent-encoded signature': ['SIGNATURE_INVALID', { signature: encodeURIComponent }],
  };
  for (const [how, [code, deviation]] of Object.entries(refused)) {
    it(`refuses one ${how}: ${code}`, async () => {
      assert.equal((await captureWith(deviation)).code, code);
    });
  }

  it('refuses a signature made with another key', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const stranger = new WalletMerchant(sandbox, { clientId: merchant.clientId, privateKeyPem });
    const reply = await stranger.capture(await admin.authorise(), {}, { time: at(0) });
    assert.equal(reply.resultCode, 'SIGNATURE_INVALID');
    assert.ok(reply.signed, "the wallet signs its refusals, with its own key and the caller's id");
  });

  it('has no other API', async () => {
    const reply = await merchant.post('/v1/payments/refund', {}, { time: at(0) });
    assert.equal(reply.resultCode, 'INVALID_API');
  });

  it('writes and reads percent-encoded signatures if told to', async () => {
    const encoding = await startSandbox({ wallet: { signatureEncoding: 'url' } });
    try {
      const payer = new WalletMerchant(encoding);
      const paymentId = await new SandboxAdmin(encoding).authorise();
      const reply = await payer.capture(paymentId, {}, { signature: encodeURIComponent });
      assert.equal(reply.resultCode, 'SUCCESS');
      assert.match(reply.headers.get('signature') ?? '', /%3D$|%2[BF]/);
      assert.ok(reply.signed);
    } finally {
      await encoding.close();
    }
  });

  it('serves several merchants, each with its own key, and keeps their payments apart', async () => {
    const pairs = [1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);
    const merchants = pairs.map((key, index) => ({
      clientId: `MERCHANT_${index}`,
      privateKeyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
      merchantPublicKeyPem: createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString(),
    }));
    const shared = await startSandbox({ wallet: { clients: merchants } });
    try {
      const paymentId = await new SandboxAdmin(shared).authorise({ merchant: 'MERCHANT_1' });
      const [zero, one] = merchants.map((as) => new WalletMerchant(shared, as));
      assert.equal((await zero?.capture(paymentId))?.resultCode, 'AUTH_NOT_FOUND');
      assert.equal((await zero?.inquire({ paymentId }))?.resultCode, 'ORDER_NOT_EXIST');
      assert.equal((await one?.capture(paymentId))?.resultCode, 'SUCCESS');
    } finally {
      await shared.close();
    }
  });
});
