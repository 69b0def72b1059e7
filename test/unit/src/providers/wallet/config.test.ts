import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { hasCode, messageOf } from '../../../../../src/errors.js';
import type { WalletAccountConfig } from '../../../../../src/providers/wallet/config.js';
import { assertUsable } from '../../../../../src/providers/wallet/config.js';

const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
const wallets = generateKeyPairSync('rsa', { modulusLength: 2048 });

const good: WalletAccountConfig = {
  keyVersion: '1',
  signatureUrlEncoded: false,
  requireSignedAnswers: true,
  timeoutMs: 25_000,
  maxInFlight: 100,
  baseUrl: 'https://gateway.example:8443',
  clientId: 'CLIENT_1',
  privateKey: ours.privateKey,
  walletPublicKey: wallets.publicKey,
};

describe('an account at the wallet', () => {
  it('is usable over https and, for a sandbox, over http', () => {
    assertUsable(good);
    assertUsable({ ...good, baseUrl: 'http://127.0.0.1:4000/' });
  });

  const faults: { changed: Partial<WalletAccountConfig>; says: RegExp }[] = [
    ...[
      'gateway.example',
      'ftp://gateway.example',
      'https://gateway.example/api',
      'https://u:p@gateway.example',
      'https://gateway.example?x',
      '',
    ].map((baseUrl) => ({ changed: { baseUrl }, says: /^baseUrl/ })),
    ...['', 'two words', 'two\r\nlines', 'é'].map((clientId) => ({
      changed: { clientId },
      says: /^clientId/,
    })),
    ...['', 'v1', '1, signature=x'].map((keyVersion) => ({ changed: { keyVersion }, says: /^keyVersion/ })),
    ...[0, -1, 1.5, NaN, Infinity].map((timeoutMs) => ({ changed: { timeoutMs }, says: /^timeoutMs/ })),
    ...[0, 1.5, NaN].map((maxInFlight) => ({ changed: { maxInFlight }, says: /^maxInFlight/ })),
    { changed: { walletPublicKey: ours.publicKey }, says: /^walletPublicKey.*own private key/ },
  ];
  for (const { changed, says } of faults) {
    const [entry] = Object.entries(changed);
    it(`is refused with ${entry?.[0] ?? ''} ${typeof entry?.[1] === 'object' ? 'of its own' : JSON.stringify(entry?.[1])}`, () => {
      assert.throws(
        () => {
          assertUsable({ ...good, ...changed });
        },
        (error) => hasCode(error, 'CONFIG_INVALID') && says.test(messageOf(error)),
      );
    });
  }

  it('is told all its faults at once', () => {
    assert.throws(
      () => {
        assertUsable({ ...good, baseUrl: '', clientId: '', timeoutMs: 0 });
      },
      (error) => /baseUrl.*timeoutMs.*clientId/.test(messageOf(error)),
    );
  });
});
