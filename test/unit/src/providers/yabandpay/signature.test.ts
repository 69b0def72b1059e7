import assert from 'node:assert/strict';
import { createHmac, createSecretKey } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { SignedParts } from '../../../../../src/providers/yabandpay/signature.js';
import { signatureOf, signedText } from '../../../../../src/providers/yabandpay/signature.js';

/** The example of the capture page. The key that its own signatures were made with is on no page, so the vector's key is made up. */
const PAGE: SignedParts = {
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
const PAGE_TEXT =
  'amount=1&currency=EUR&description=test&method=v3.Capture&notify_url=https://www.yabandpay.com/notify' +
  '&request_id=ca51f2fas3i0f8uiw7efj6oe4i2w1ghj&time=1720684254&trade_id=160899f3-f6d9-a8d8-ab5b-82eacdab9c5b&user=016683';
const key = createSecretKey('made-up-key', 'utf8');

function textOf(data: Record<string, string>): string {
  return signedText({ user: 'u', method: 'm', time: 7, data });
}

describe('what is signed', () => {
  it("is the page's text for the page's example", () => {
    assert.equal(signedText(PAGE), PAGE_TEXT);
    assert.equal(PAGE_TEXT.length, 218);
  });

  it('has the values bare, as they are', () => {
    const values = { url: 'https://a.example/b c?d', text: '"é"\\/ +%20', last: '😀' };
    assert.equal(
      textOf(values),
      'last=😀&method=m&text="é"\\/ +%20&time=7&url=https://a.example/b c?d&user=u',
    );
  });

  it('is sorted by bytes: capitals before small letters, and past ASCII by UTF-8', () => {
    assert.equal(
      textOf({ b: '1', B: '2', a_: '3', aB: '4', ab: '5' }),
      'B=2&aB=4&a_=3&ab=5&b=1&method=m&time=7&user=u',
    );
    // UTF-16 would sort these two the other way round.
    assert.equal(textOf({ '\u{1F600}': '1', '\uFF01': '2' }), 'method=m&time=7&user=u&\uFF01=2&\u{1F600}=1');
  });

  it('has a member of the data instead of one of the envelope with its name', () => {
    assert.equal(textOf({ user: 'mine', time: '8' }), 'method=m&time=8&user=mine');
  });

  it('does not depend on the order of the data', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ minLength: 1 }), fc.string(), { noNullPrototype: true }),
        (data) => {
          const reversed = Object.fromEntries(Object.entries(data).toReversed());
          return textOf(data) === textOf(reversed);
        },
      ),
    );
  });
});

describe('the signature', () => {
  it('is HMAC-SHA256 of that text in lower-case hexadecimal', () => {
    assert.equal(signatureOf(PAGE, key), '04886d4ec429d7f948fde3a0add0456b159e73d5edec42706e4317566a24acad');
  });

  it('is of the text in UTF-8', () => {
    const parts = { ...PAGE, data: { ...PAGE.data, description: 'Café 😀' } };
    const text = Buffer.from(PAGE_TEXT.replace('=test&', '=Café 😀&'), 'utf8');
    assert.equal(signatureOf(parts, key), createHmac('sha256', 'made-up-key').update(text).digest('hex'));
  });

  it('differs with every part and with the key', () => {
    const signatures = [
      signatureOf(PAGE, key),
      signatureOf(PAGE, createSecretKey('another-key', 'utf8')),
      signatureOf({ ...PAGE, user: '016684' }, key),
      signatureOf({ ...PAGE, method: 'v3.QueryOrder' }, key),
      signatureOf({ ...PAGE, time: PAGE.time + 1 }, key),
      ...Object.keys(PAGE.data).map((name) =>
        signatureOf({ ...PAGE, data: { ...PAGE.data, [name]: 'other' } }, key),
      ),
    ];
    assert.equal(new Set(signatures).size, signatures.length);
  });
});
