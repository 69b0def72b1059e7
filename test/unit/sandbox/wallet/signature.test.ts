import assert from 'node:assert/strict';
import { createVerify, generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  formatSignatureHeader,
  parseSignatureHeader,
  signatureOf,
  verifies,
} from '../../../../sandbox/wallet/signature.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const signed = {
  method: 'POST',
  path: '/v1/payments/capture',
  clientId: 'SHOP',
  time: '2026-03-01T12:00:00+00:00',
  body: Buffer.from('{"a":"é"}'),
};

describe('signing', () => {
  it('covers method, path, client, time and body, in exactly this form', async () => {
    const content = 'POST /v1/payments/capture\nSHOP.2026-03-01T12:00:00+00:00.{"a":"é"}';
    const signature = await signatureOf(signed, privateKey);
    assert.ok(createVerify('RSA-SHA256').update(content, 'utf8').verify(publicKey, signature));
    assert.ok(await verifies(signed, signature, publicKey));
  });

  it('covers bytes that are no text', async () => {
    const body = Buffer.from([0xff, 0x00, 0xfe]);
    const signature = await signatureOf({ ...signed, body }, privateKey);
    assert.equal(
      await verifies({ ...signed, body: Buffer.from([0xfe, 0x00, 0xfe]) }, signature, publicKey),
      false,
    );
  });

  const changes = {
    method: 'GET',
    path: '/v1/payments/capture?',
    clientId: 'SHOp',
    time: '2026-03-01T12:00:01+00:00',
    body: Buffer.from('{"a":"e"}'),
  };
  for (const [name, value] of Object.entries(changes)) {
    it(`doesn't hold for another ${name}`, async () => {
      const signature = await signatureOf(signed, privateKey);
      assert.equal(await verifies({ ...signed, [name]: value }, signature, publicKey), false);
    });
  }
});

describe('the signature header', () => {
  const header = { algorithm: 'RSA256', keyVersion: '2', signature: Buffer.from([251, 255, 191, 1]) };
  const base64 = 'algorithm=RSA256, keyVersion=2, signature=+/+/AQ==';
  const url = 'algorithm=RSA256, keyVersion=2, signature=%2B%2F%2B%2FAQ%3D%3D';

  it('is written and read in either encoding', () => {
    assert.equal(formatSignatureHeader(header, 'base64'), base64);
    assert.equal(formatSignatureHeader(header, 'url'), url);
    assert.deepEqual(parseSignatureHeader(base64, 'base64'), header);
    assert.deepEqual(parseSignatureHeader(url, 'url'), header);
    assert.deepEqual(parseSignatureHeader(base64.replaceAll(' ', ''), 'base64'), header);
  });

  const malformed = {
    empty: '',
    'without a part': 'algorithm=RSA256, signature=+/+/AQ==',
    'in another order': 'keyVersion=2, algorithm=RSA256, signature=+/+/AQ==',
    'with more parts': `${base64}, more=1`,
    'with an empty signature': 'algorithm=RSA256, keyVersion=2, signature=',
    'without padding': 'algorithm=RSA256, keyVersion=2, signature=+/+/AQ',
    'in the URL alphabet': 'algorithm=RSA256, keyVersion=2, signature=-_-_AQ==',
    'percent-encoded': url,
  };
  for (const [how, text] of Object.entries(malformed)) {
    it(`is refused ${how}`, () => {
      assert.equal(parseSignatureHeader(text, 'base64'), null);
    });
  }

  it('is refused with percent signs that encode nothing', () => {
    assert.equal(parseSignatureHeader('algorithm=RSA256, keyVersion=2, signature=%zz', 'url'), null);
  });
});
