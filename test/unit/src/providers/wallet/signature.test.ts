import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  authenticityOf,
  signatureHeader,
  signatureIn,
  walletTime,
} from '../../../../../src/providers/wallet/signature.js';

const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
const wallets = generateKeyPairSync('rsa', { modulusLength: 2048 });

const request = { method: 'POST', path: '/v1/payments/capture', clientId: 'CLIENT.1' };
const time = '2026-11-21T10:00:00.000+00:00';
const signing = { privateKey: ours.privateKey, keyVersion: '3', urlEncoded: false };

/** What is signed, written out here by hand. */
function content(body: string, at = time, clientId = request.clientId): Buffer {
  return Buffer.from(`POST /v1/payments/capture\n${clientId}.${at}.${body}`, 'utf8');
}

describe('the signature of a request', () => {
  it('is RSA with SHA-256 over method, path, client, time and body', async () => {
    const body = '{"a":"é"}';
    const header = await signatureHeader({ ...request, time, body: Buffer.from(body, 'utf8') }, signing);
    const parts = /^algorithm=RSA256, keyVersion=3, signature=([A-Za-z0-9+/]+={0,2})$/.exec(header);
    assert.ok(parts, header);
    const signature = Buffer.from(parts[1] ?? '', 'base64');
    assert.ok(verify('RSA-SHA256', content(body), ours.publicKey, signature));
  });

  it('is URL-encoded if configured so', async () => {
    const parts = { ...request, time, body: Buffer.from('{}') };
    const plain = await signatureHeader(parts, signing);
    const encoded = await signatureHeader(parts, { ...signing, urlEncoded: true });
    assert.equal(
      encoded,
      plain.replace(/signature=(.*)$/, (_, base64: string) => `signature=${encodeURIComponent(base64)}`),
    );
    assert.match(encoded, /%3D%3D$/);
  });

  it('signs the bytes of the body as they are, text or not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (body) => {
        const header = await signatureHeader({ ...request, time, body }, signing);
        const signature = signatureIn(header);
        return (
          signature !== null &&
          verify('RSA-SHA256', Buffer.concat([content(''), body]), ours.publicKey, signature)
        );
      }),
      { numRuns: 25 },
    );
  });
});

describe("the wallet's time", () => {
  it('has a numeric offset, never a Z', () => {
    assert.equal(walletTime(new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 6))), '2026-01-02T03:04:05.006+00:00');
  });
});

describe('the signature in a header', () => {
  const bytes = Buffer.from([0xfb, 0xef, 0xff, 0x01]);
  const base64 = bytes.toString('base64');

  const readable: Record<string, string> = {
    'the usual form': `algorithm=RSA256, keyVersion=1, signature=${base64}`,
    'another order': `signature=${base64}, algorithm=RSA256, keyVersion=1`,
    'no blanks': `algorithm=RSA256,keyVersion=1,signature=${base64}`,
    'URL-encoded base64': `algorithm=RSA256, signature=${encodeURIComponent(base64)}`,
    'plain base64 with a +': `algorithm=RSA256, signature=${base64}`,
    'another case': `Algorithm=RSA256, Signature=${base64}`,
  };
  for (const [form, header] of Object.entries(readable)) {
    it(`is found in ${form}`, () => {
      assert.match(base64, /\+/);
      assert.deepEqual(signatureIn(header), bytes);
    });
  }

  it('is not found where there is none, or more than one header', () => {
    assert.equal(signatureIn(''), null);
    assert.equal(signatureIn('algorithm=RSA256, keyVersion=1'), null);
    assert.equal(signatureIn('algorithm=RSA256, signature='), null);
    assert.equal(signatureIn('designature=AAAA'), null);
    assert.equal(signatureIn('signature=%E0%A4%A'), null);
    assert.equal(signatureIn(['signature=AAAA', 'signature=AAAA']), null);
  });
});

describe('an answer', () => {
  const body = '{"result":{}}';
  const signed = (what: Buffer): string =>
    `algorithm=RSA256, keyVersion=1, signature=${sign('RSA-SHA256', what, wallets.privateKey).toString('base64')}`;
  const headers = {
    signature: signed(content(body)),
    'response-time': time,
    'client-id': request.clientId,
  };
  const judged = (changed: Record<string, string | string[] | undefined>, bytes = body): string =>
    authenticityOf(
      { headers: { ...headers, ...changed }, body: Buffer.from(bytes) },
      request,
      wallets.publicKey,
    );

  it('is verified by the signature over its own bytes', () => {
    assert.equal(judged({}), 'verified');
    assert.equal(judged({ 'client-id': undefined }), 'verified');
    assert.equal(
      judged({
        signature: headers.signature.replace(
          /signature=(.*)$/,
          (_, base64: string) => `signature=${encodeURIComponent(base64)}`,
        ),
      }),
      'verified',
    );
  });

  it('is unsigned without a signature', () => {
    assert.equal(judged({ signature: undefined }), 'unsigned');
  });

  it('is invalid if anything that is signed was changed', () => {
    assert.equal(judged({}, body.replace('}', ' }')), 'invalid');
    assert.equal(judged({ 'response-time': time.replace('10:', '11:') }), 'invalid');
    const path = '/v1/payments/inquiryPayment';
    const elsewhere = authenticityOf(
      { headers, body: Buffer.from(body) },
      { ...request, path },
      wallets.publicKey,
    );
    assert.equal(elsewhere, 'invalid');
  });

  it('is invalid if it is signed for another client, or by another key', () => {
    const forAnother = { signature: signed(content(body, time, 'CLIENT.2')), 'client-id': 'CLIENT.2' };
    assert.equal(judged(forAnother), 'invalid');
    assert.equal(authenticityOf({ headers, body: Buffer.from(body) }, request, ours.publicKey), 'invalid');
  });

  it('is invalid, not unsigned, if its signature is unreadable or lacks its time', () => {
    assert.equal(judged({ signature: '' }), 'invalid');
    assert.equal(judged({ signature: 'algorithm=RSA256, keyVersion=1, signature=' }), 'invalid');
    assert.equal(judged({ signature: 'algorithm=RSA256, signature=AAAA' }), 'invalid');
    assert.equal(judged({ 'response-time': undefined }), 'invalid');
    assert.equal(judged({ 'response-time': [time, time] }), 'invalid');
  });
});
