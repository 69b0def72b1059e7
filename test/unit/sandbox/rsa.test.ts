import assert from 'node:assert/strict';
import { createVerify, generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { bytesInBase64, rsaSignature, rsaVerifies, spoilt } from '../../../sandbox/rsa.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const content = Buffer.from([0x7b, 0xc3, 0xa9, 0xff, 0x00, 0x7d]);

describe('SHA256withRSA', () => {
  it('signs bytes as they are, by PKCS#1 v1.5', async () => {
    const signature = await rsaSignature(content, privateKey);
    assert.ok(createVerify('RSA-SHA256').update(content).verify(publicKey, signature));
    assert.ok(await rsaVerifies(content, signature, publicKey));
  });

  it('holds for no other bytes and no other signature', async () => {
    const signature = await rsaSignature(content, privateKey);
    assert.equal(await rsaVerifies(content.subarray(1), signature, publicKey), false);
    assert.equal(await rsaVerifies(content, spoilt(signature), publicKey), false);
    assert.equal(spoilt(signature).length, signature.length);
  });
});

describe('base64', () => {
  it('is read with its padding', () => {
    assert.deepEqual(bytesInBase64('+/+/AQ=='), Buffer.from([251, 255, 191, 1]));
  });

  const refused = {
    nothing: '',
    'no padding': '+/+/AQ',
    'the URL alphabet': '-_-_AQ==',
    'a line break': '+/+/\nAQ==',
  };
  for (const [what, text] of Object.entries(refused)) {
    it(`is not read with ${what}`, () => {
      assert.equal(bytesInBase64(text), null);
    });
  }
});
