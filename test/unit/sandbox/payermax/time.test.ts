import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseRequestTime, payermaxTime } from '../../../../sandbox/payermax/time.js';

describe("PayerMax's times", () => {
  const read: Record<string, string> = {
    '2024-11-06T11:56:13.000+08:00': '2024-11-06T03:56:13.000Z',
    '2024-11-06T23:56:13.999-07:30': '2024-11-07T07:26:13.999Z',
    '2024-02-29T00:00:00.001Z': '2024-02-29T00:00:00.001Z',
  };
  for (const [text, expected] of Object.entries(read)) {
    it(`reads ${text}`, () => {
      assert.equal(parseRequestTime(text)?.toISOString(), expected);
    });
  }

  const refused = [
    '2024-11-06T11:56:13+08:00',
    '2024-11-06T11:56:13.00+08:00',
    '2024-11-06T11:56:13.000000+08:00',
    '2024-11-06T11:56:13.000',
    '2024-11-06T11:56:13.000+0800',
    '2024-11-06T11:56:13.000 +08:00',
    '2024-11-06 11:56:13.000+08:00',
    '2024-13-06T11:56:13.000+08:00',
    '2025-02-29T11:56:13.000+08:00',
    '2024-11-06T24:00:00.000+08:00',
    '2024-11-06T11:56:13.000+99:00',
    '1730865373000',
    '',
  ];
  for (const text of refused) {
    it(`refuses "${text}"`, () => {
      assert.equal(parseRequestTime(text), null);
    });
  }

  it('writes whole seconds, with a blank before the offset', () => {
    assert.equal(payermaxTime(new Date('2023-08-06T23:50:59.999Z')), '2023-08-06T23:50:59 +0000');
  });
});
