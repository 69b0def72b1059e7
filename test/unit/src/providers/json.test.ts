import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { numberLiteral, readBody } from '../../../../src/providers/json.js';

const schema = z.object({ amount: numberLiteral });

function read(text: string): unknown {
  return readBody(Buffer.from(text), schema);
}

describe('a number in an answer', () => {
  for (const literal of [
    '10',
    '100.10',
    '0.1',
    '1E7',
    '92233720368547758.07',
    '123456789012345678901234567890',
  ]) {
    it(`is the characters that were sent: ${literal}`, () => {
      assert.deepEqual(read(`{"amount":${literal}}`), { amount: literal });
    });
  }

  for (const other of [
    '"10"',
    'null',
    '[10]',
    '{"value":"10"}',
    '{"isLosslessNumber":true}',
    'true',
    'NaN',
    '01',
  ]) {
    it(`is not ${other}`, () => {
      assert.equal(read(`{"amount":${other}}`), null);
    });
  }
});

describe('a body', () => {
  it('that says two things of one member is unreadable', () => {
    assert.equal(read('{"amount":10,"amount":20}'), null);
  });

  it('in UTF-8 is read, with or without a mark at its beginning, after any that is none', () => {
    const text = z.object({ text: z.string() });
    const whole = Buffer.from('{"text":"ä𝄞"}');
    const marked = Buffer.from('\ufeff{"text":"ä𝄞"}');
    const broken = [
      [0xff],
      [0xef],
      [0xef, 0xbb],
      [0xe4, 0xb8],
      [0xf0, 0x9d, 0x84],
      [0xc0, 0x80],
      [0xed, 0xa0, 0x80],
      [...whole.subarray(0, 10)],
      [...marked.subarray(0, 2)],
    ];
    for (const bytes of broken) {
      assert.equal(readBody(Uint8Array.from(bytes), text), null);
      for (const body of [whole, marked, marked, whole])
        assert.deepEqual(readBody(body, text), { text: 'ä𝄞' });
    }
  });

  it('that nests without end is unreadable, and no error', () => {
    assert.equal(read('['.repeat(60_000)), null);
  });
});
