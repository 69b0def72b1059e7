import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { readTime, withNumericOffset } from '../../../../src/providers/times.js';

describe('a time in an answer', () => {
  const readable: Record<string, string> = {
    '2021-06-08T12:12:12+08:00': '2021-06-08T04:12:12.000Z',
    '2021-06-08T12:12:12+0800': '2021-06-08T04:12:12.000Z',
    '2021-06-08T12:12:12+08': '2021-06-08T04:12:12.000Z',
    '2019-04-04T12:08:56.253+05:30': '2019-04-04T06:38:56.253Z',
    '2019-04-04T12:08:56.253999-00:00': '2019-04-04T12:08:56.253Z',
    '2019-04-04T12:08:56Z': '2019-04-04T12:08:56.000Z',
    '2023-08-06T23:50:59 +0000': '2023-08-06T23:50:59.000Z',
    '2023-08-06T23:50:59 +0800': '2023-08-06T15:50:59.000Z',
    // The last day of a month where the offset leads into another month.
    '2024-02-29T23:59:59-07:00': '2024-03-01T06:59:59.000Z',
    '2024-02-29T00:00:00+08:00': '2024-02-28T16:00:00.000Z',
    '2000-02-29T00:00:00Z': '2000-02-29T00:00:00.000Z',
  };
  for (const [text, expected] of Object.entries(readable)) {
    it(`is read from ${text}`, () => {
      assert.equal(readTime(text)?.toISOString(), expected);
    });
  }

  for (const text of [
    '',
    '2021-06-08T12:12:12',
    '2021-06-08 12:12:12+08:00',
    '2021-13-08T12:12:12+08:00',
    '2021-06-08T25:12:12Z',
    '2023-02-30T12:12:12Z',
    '2026-02-30T12:12:12+08:00',
    '2025-02-29T12:12:12+08:00',
    '2100-02-29T12:12:12Z',
    '2023-04-31T12:12:12.500 +0000',
    '2023-11-31T00:00:00-07:00',
    '2023-01-32T12:12:12Z',
    '2023-00-01T12:12:12Z',
    '2023-01-00T12:12:12Z',
    '2023-01-01T24:00:00Z',
    '2023-01-01T12:60:00Z',
    '2023-01-01T12:00:60Z',
    '2023-01-01T12:00:00+99:00',
    '2021-06-08T12:12:12Z00',
    '0001-01-01T00:00:00Z',
    '2023-08-06T23:50:59  +0000',
    '2023-08-06T23:50:59 ',
    '1623125532',
    'yesterday',
  ]) {
    it(`is not read from ${JSON.stringify(text)}`, () => {
      assert.equal(readTime(text), null);
    });
  }
});

describe('a date in an answer', () => {
  it('is read only if the month has such a day', () => {
    const part = (most: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: most });
    fc.assert(
      fc.property(fc.integer({ min: 2000, max: 2999 }), part(13), part(32), (year, month, day) => {
        const digits = (number: number): string => String(number).padStart(2, '0');
        const read = readTime(`${String(year)}-${digits(month)}-${digits(day)}T12:00:00Z`);
        // The day before the first of the next month.
        const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
        const exists = month >= 1 && month <= 12 && day >= 1 && day <= last;
        return exists ? read?.getTime() === Date.UTC(year, month - 1, day, 12) : read === null;
      }),
    );
  });
});

describe('a time in a request', () => {
  it('has milliseconds and a numeric offset, and is read back as the same moment', () => {
    const time = new Date('2026-11-21T09:08:07.006Z');
    assert.equal(withNumericOffset(time), '2026-11-21T09:08:07.006+00:00');
    assert.deepEqual(readTime(withNumericOffset(time)), time);
  });
});
