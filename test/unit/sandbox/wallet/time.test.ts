import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseWalletTime, walletTime } from '../../../../sandbox/wallet/time.js';

describe("the wallet's times", () => {
  const read: Record<string, string> = {
    '2026-03-01T12:00:00+00:00': '2026-03-01T12:00:00.000Z',
    '2026-03-01T12:00:00.25-07:00': '2026-03-01T19:00:00.250Z',
    '2026-03-01T12:08:56.253+05:30': '2026-03-01T06:38:56.253Z',
    '2028-02-29T23:59:59-07:00': '2028-03-01T06:59:59.000Z',
  };
  for (const [text, expected] of Object.entries(read)) {
    it(`reads ${text}`, () => {
      assert.equal(parseWalletTime(text)?.toISOString(), expected);
    });
  }

  const refused = [
    '2026-03-01T12:00:00Z',
    '2026-03-01T12:00:00',
    '2026-03-01 12:00:00+00:00',
    '2026-03-01T12:00+00:00',
    '2026-03-01T12:00:00+0000',
    '2026-13-01T12:00:00+00:00',
    '2026-02-30T12:00:00+00:00',
    '2026-03-01T24:00:00+00:00',
    '2026-03-01T12:00:00+99:00',
    '1772366400',
    '',
  ];
  for (const text of refused) {
    it(`refuses "${text}"`, () => {
      assert.equal(parseWalletTime(text), null);
    });
  }

  it('writes whole seconds in the offset of Baghdad, over midnight too', () => {
    assert.equal(walletTime(new Date('2026-12-31T21:30:15.999Z')), '2027-01-01T00:30:15+03:00');
  });
});
