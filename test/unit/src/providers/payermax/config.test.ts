import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { hasCode, messageOf } from '../../../../../src/errors.js';
import type { PayermaxAccountConfig } from '../../../../../src/providers/payermax/config.js';
import { assertUsable } from '../../../../../src/providers/payermax/config.js';

const ours = generateKeyPairSync('rsa', { modulusLength: 2048 });
const theirs = generateKeyPairSync('rsa', { modulusLength: 2048 });

const good: PayermaxAccountConfig = {
  baseUrl: 'https://gateway.example',
  timeoutMs: 15_000,
  maxInFlight: 100,
  merchantNo: 'P01010114178824',
  appId: '8f8b0895b60f41abbdb05405052971c8',
  version: '1.5',
  keyVersion: '1',
  privateKey: ours.privateKey,
  payermaxPublicKey: theirs.publicKey,
  requireSignedAnswers: true,
  requireSignedRefusals: false,
};

describe('an account at PayerMax', () => {
  it('is usable with what the page shows', () => {
    assertUsable(good);
    assertUsable({ ...good, merchantNo: 'x'.repeat(32) });
  });

  const faults: { changed: Partial<PayermaxAccountConfig>; says: RegExp }[] = [
    { changed: { baseUrl: 'https://gateway.example/aggregate-pay' }, says: /^baseUrl/ },
    { changed: { timeoutMs: 0 }, says: /^timeoutMs/ },
    { changed: { maxInFlight: 0 }, says: /^maxInFlight/ },
    ...['', 'two words', 'é', 'x'.repeat(33)].map((merchantNo) => ({
      changed: { merchantNo },
      says: /^merchantNo.*32/,
    })),
    ...['', 'two words', 'a\nb'].map((appId) => ({ changed: { appId }, says: /^appId/ })),
    ...['', 'v1.5', '1.', '1,5'].map((version) => ({ changed: { version }, says: /^version/ })),
    ...['', 'v1', '1.5'].map((keyVersion) => ({ changed: { keyVersion }, says: /^keyVersion/ })),
    { changed: { payermaxPublicKey: ours.publicKey }, says: /^payermaxPublicKey.*own private key/ },
  ];
  for (const { changed, says } of faults) {
    const [[name, value] = []] = Object.entries(changed);
    it(`is refused with ${String(name)} ${typeof value === 'object' ? 'of its own' : JSON.stringify(value)}`, () => {
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
        assertUsable({ ...good, merchantNo: '', appId: '', version: '' });
      },
      (error) => /merchantNo.*appId.*version/.test(messageOf(error)),
    );
  });
});
