import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
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

describe('a time in a request', () => {
  it('has milliseconds and a numeric offset, and is read back as the same moment', () => {
    const time = new Date('2026-11-21T09:08:07.006Z');
    assert.equal(withNumericOffset(time), '2026-11-21T09:08:07.006+00:00');
    assert.deepEqual(readTime(withNumericOffset(time)), time);
  });
});
