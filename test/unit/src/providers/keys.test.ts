import assert from 'node:assert/strict';
import type { KeyObject } from 'node:crypto';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { describe, it } from 'node:test';
import { hasCode, messageOf } from '../../../../src/errors.js';
import { readPrivateKey, readPublicKey } from '../../../../src/providers/keys.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });

function pem(key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'spki' | 'sec1'): string {
  return String(key.export({ type, format: 'pem' }));
}

function der(key: KeyObject, type: 'pkcs1' | 'pkcs8' | 'spki'): string {
  return key.export({ type, format: 'der' }).toString('base64');
}

function works(privateKey: KeyObject, publicKey: KeyObject): boolean {
  const data = Buffer.from('data');
  return verify('RSA-SHA256', data, publicKey, sign('RSA-SHA256', data, privateKey));
}

describe('a private key', () => {
  const forms: Record<string, string> = {
    'PKCS#8 PEM': pem(rsa.privateKey, 'pkcs8'),
    'PKCS#1 PEM': pem(rsa.privateKey, 'pkcs1'),
    'PEM with Windows line ends': pem(rsa.privateKey, 'pkcs8').replaceAll('\n', '\r\n'),
    'PKCS#8 base64 on one line': der(rsa.privateKey, 'pkcs8'),
    'PKCS#1 base64 on one line': der(rsa.privateKey, 'pkcs1'),
    'base64 with a line end, as files have': `${der(rsa.privateKey, 'pkcs8')}\n`,
  };
  for (const [form, text] of Object.entries(forms)) {
    it(`is read from ${form}`, () => {
      assert.ok(works(readPrivateKey(text, 'privateKey'), rsa.publicKey));
    });
  }

  const refused: Record<string, { text: string; says: RegExp }> = {
    nothing: { text: ' \n', says: /is empty/ },
    'text that is no key': { text: 'run/secrets/wallet', says: /no readable private key/ },
    'text that is no base64': { text: 'sk_live:1234!', says: /neither PEM nor base64/ },
    'a damaged PEM': { text: pem(rsa.privateKey, 'pkcs8').replace('M', ''), says: /no readable private key/ },
    'a cut base64': { text: der(rsa.privateKey, 'pkcs8').slice(0, 800), says: /no readable private key/ },
    'a public key as PEM': { text: pem(rsa.publicKey, 'spki'), says: /is a public key/ },
    'a public key as base64': { text: der(rsa.publicKey, 'spki'), says: /no readable private key/ },
    'a certificate': {
      text: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      says: /is a certificate/,
    },
    'an encrypted key': {
      text: String(
        rsa.privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }),
      ),
      says: /passphrase/,
    },
    'an encrypted key of the old form': {
      text: String(
        rsa.privateKey.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }),
      ),
      says: /passphrase/,
    },
    'a short key': { text: pem(weak.privateKey, 'pkcs8'), says: /has 1024 bits.*2048/ },
    'an elliptic key': { text: pem(elliptic.privateKey, 'sec1'), says: /type ec.*RSA/ },
    'an RSA key bound to another padding': { text: pem(pss.privateKey, 'pkcs8'), says: /type rsa-pss/ },
  };
  refusals(refused, readPrivateKey);
});

describe('a public key', () => {
  const forms: Record<string, string> = {
    'SPKI PEM': pem(rsa.publicKey, 'spki'),
    'PKCS#1 PEM': pem(rsa.publicKey, 'pkcs1'),
    'SPKI base64 on one line': der(rsa.publicKey, 'spki'),
  };
  for (const [form, text] of Object.entries(forms)) {
    it(`is read from ${form}`, () => {
      assert.ok(works(rsa.privateKey, readPublicKey(text, 'walletPublicKey')));
    });
  }

  refusals(
    {
      nothing: { text: '', says: /is empty/ },
      'text that is no base64': { text: 'ssh-rsa AAAA', says: /neither PEM nor base64/ },
      'a private key as PEM': { text: pem(rsa.privateKey, 'pkcs8'), says: /is a private key/ },
      'a private key of the old form': { text: pem(rsa.privateKey, 'pkcs1'), says: /is a private key/ },
      'a private key as base64': { text: der(rsa.privateKey, 'pkcs8'), says: /no readable public key/ },
      'a certificate': {
        text: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
        says: /is a certificate/,
      },
      'a short key': { text: der(weak.publicKey, 'spki'), says: /has 1024 bits/ },
      'an elliptic key': { text: der(elliptic.publicKey, 'spki'), says: /type ec/ },
    },
    readPublicKey,
  );
});

function refusals(
  cases: Record<string, { text: string; says: RegExp }>,
  read: (text: string, name: string) => KeyObject,
): void {
  for (const [what, { text, says }] of Object.entries(cases)) {
    it(`is not read from ${what}, and the error shows nothing of it`, () => {
      assert.throws(
        () => read(text, 'accounts[2].someKey'),
        (error: Error) => {
          assert.ok(hasCode(error, 'CONFIG_INVALID'));
          assert.match(messageOf(error), says);
          assert.match(messageOf(error), /^accounts\[2\]\.someKey .*: give/);
          assert.equal(error.cause, undefined);
          for (const line of text.split('\n').filter((part) => part.length > 10)) {
            assert.equal(messageOf(error).includes(line.slice(0, 10)), false);
          }
          return true;
        },
      );
    });
  }
}
