import assert from 'node:assert/strict';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, it } from 'node:test';
import { authenticityOf, signatureOf } from '../../../../../src/providers/payermax/signature.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const body = Buffer.from('{"code" : "APPLY_SUCCESS", "msg":"é"}', 'utf8');
const good = sign('RSA-SHA256', body, privateKey).toString('base64');

describe("a request's signature", () => {
  it('is base64 of SHA256withRSA over the exact body', async () => {
    const signature = await signatureOf(body, privateKey);
    assert.match(signature, /^[A-Za-z0-9+/]+={0,2}$/);
    assert.ok(verify('RSA-SHA256', body, publicKey, Buffer.from(signature, 'base64')));
    // PKCS#1 v1.5 has no salt: what signs is known to the last bit.
    assert.equal(signature, good);
  });
});

describe('an answer', () => {
  const authenticity = (headers: Record<string, string | string[]>, bytes: Uint8Array = body): string =>
    authenticityOf({ headers, body: bytes }, publicKey);

  it('is verified if PayerMax signed these bytes', () => {
    assert.equal(authenticity({ sign: good }), 'verified');
  });

  it('is unsigned without the header, or with an empty one', () => {
    assert.equal(authenticity({}), 'unsigned');
    assert.equal(authenticity({ sign: '' }), 'unsigned');
  });

  it('is invalid if a byte of it, the key or the signature is another', () => {
    assert.equal(authenticity({ sign: good }, Buffer.from(`${body.toString()} `)), 'invalid');
    assert.equal(
      authenticity({ sign: sign('RSA-SHA256', body, stranger.privateKey).toString('base64') }),
      'invalid',
    );
    assert.equal(authenticity({ sign: good.slice(0, -4) }), 'invalid');
    assert.equal(authenticity({ sign: 'none' }), 'invalid');
  });

  it('is invalid with two signatures, even if both hold', () => {
    assert.equal(authenticity({ sign: [good, good] }), 'invalid');
  });
});
