import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasCode, messageOf } from '../../../../../src/errors.js';
import type { YabandpayAccountConfig } from '../../../../../src/providers/yabandpay/config.js';
import { assertUsable } from '../../../../../src/providers/yabandpay/config.js';

const good: YabandpayAccountConfig = {
  baseUrl: 'https://mapi.example',
  timeoutMs: 30_000,
  maxInFlight: 100,
  user: '016683',
  secretKey: 'a-very-secret-key',
  notifyUrl: 'https://shop.example/notify/yabandpay/eu',
};

describe('an account at YabandPay', () => {
  it('is usable over https and, for a sandbox, over http', () => {
    assertUsable(good);
    assertUsable({ ...good, baseUrl: 'http://127.0.0.1:4000', notifyUrl: 'http://127.0.0.1:8080/notify' });
  });

  const faults: { changed: Partial<YabandpayAccountConfig>; says: RegExp }[] = [
    { changed: { baseUrl: 'https://mapi.example/Payments' }, says: /^baseUrl/ },
    { changed: { timeoutMs: 0 }, says: /^timeoutMs/ },
    { changed: { maxInFlight: 1.5 }, says: /^maxInFlight/ },
    ...['', 'two words', 'two\nlines', 'é', '016683&time=1', 'user=016683'].map((user) => ({
      changed: { user },
      says: /^user/,
    })),
    ...['', 'secret-key\n', 'secret key', 'sécret'].map((secretKey) => ({
      changed: { secretKey },
      says: /^secretKey/,
    })),
    ...[
      '',
      'shop.example/notify',
      'ftp://shop.example',
      'mailto:shop@example.com',
      'https:///notify',
      'https://[shop.example/',
      'https://shop.example/notify?account=eu',
      'https://shop.example/notify?a&b',
      'https://shop.example/two words',
      'https://shöp.example/',
    ].map((notifyUrl) => ({ changed: { notifyUrl }, says: /^notifyUrl/ })),
  ];
  for (const { changed, says } of faults) {
    it(`is refused with ${JSON.stringify(changed)}`, () => {
      assert.throws(
        () => {
          assertUsable({ ...good, ...changed });
        },
        (error) => hasCode(error, 'CONFIG_INVALID') && says.test(messageOf(error)),
      );
    });
  }

  it('is told all its faults at once, and none of its secret', () => {
    assert.throws(
      () => {
        assertUsable({ ...good, baseUrl: '', user: '', secretKey: 'hush hush', notifyUrl: '' });
      },
      (error) =>
        /baseUrl.*user.*secretKey.*notifyUrl/.test(messageOf(error)) && !messageOf(error).includes('hush'),
    );
  });
});
