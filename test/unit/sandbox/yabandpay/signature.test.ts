import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Signed } from '../../../../sandbox/yabandpay/signature.js';
import { signatureOf, signedText } from '../../../../sandbox/yabandpay/signature.js';

const CAPTURE: Signed = {
  user: '016683',
  method: 'v3.Capture',
  time: 1720684254,
  data: {
    description: 'test',
    trade_id: '160899f3-f6d9-a8d8-ab5b-82eacdab9c5b',
    amount: '1',
    currency: 'EUR',
    notify_url: 'https://www.yabandpay.com/notify',
    request_id: 'ca51f2fas3i0f8uiw7efj6oe4i2w1ghj',
  },
};
const KEY = 'made-up-key';
const SIGNATURE = '04886d4ec429d7f948fde3a0add0456b159e73d5edec42706e4317566a24acad';

describe('what YabandPay signs', () => {
  it('is the members in the order of their names, with raw values', () => {
    assert.equal(
      signedText(CAPTURE),
      'amount=1&currency=EUR&description=test&method=v3.Capture&notify_url=https://www.yabandpay.com/notify' +
        '&request_id=ca51f2fas3i0f8uiw7efj6oe4i2w1ghj&time=1720684254' +
        '&trade_id=160899f3-f6d9-a8d8-ab5b-82eacdab9c5b&user=016683',
    );
  });

  it('keeps empty members, blanks and signs', () => {
    const data = { b: '', a: 'x y', c: 'é+/%' };
    assert.equal(
      signedText({ user: 'u', method: 'm', time: 5, data }),
      'a=x y&b=&c=é+/%&method=m&time=5&user=u',
    );
  });

  it('sorts by bytes: capitals come first, and longer names after shorter ones', () => {
    const data = { ab: '1', a: '2', B: '3', '\u{1F600}': '4', '\uFF5E': '5' };
    assert.equal(
      signedText({ user: 'u', method: 'm', time: 5, data }),
      'B=3&a=2&ab=1&method=m&time=5&user=u&\uFF5E=5&\u{1F600}=4',
    );
  });
});

describe("YabandPay's signature", () => {
  it('is an HMAC with SHA-256, keyed with the secret, in small hexadecimal letters', () => {
    assert.equal(signatureOf(CAPTURE, KEY), SIGNATURE);
  });

  const changes: Record<string, Partial<Signed>> = {
    user: { user: '016684' },
    method: { method: 'v3.QueryOrder' },
    time: { time: 1720684255 },
    'value in data': { data: { ...CAPTURE.data, amount: '2' } },
    'name in data': { data: { ...CAPTURE.data, more: '' } },
  };
  for (const [what, change] of Object.entries(changes)) {
    it(`is another one for another ${what}`, () => {
      assert.notEqual(signatureOf({ ...CAPTURE, ...change }, KEY), SIGNATURE);
    });
  }

  it('is another one under another key', () => {
    assert.notEqual(signatureOf(CAPTURE, 'another'), SIGNATURE);
  });
});
