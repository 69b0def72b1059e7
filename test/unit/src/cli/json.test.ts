import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bytesAsText, toJson } from '../../../../src/cli/json.js';

describe('toJson', () => {
  it('writes amounts exactly, times as ISO, and bytes as text where they are text', () => {
    const value = {
      amount: 9_223_372_036_854_775_807n,
      at: new Date('2026-03-01T12:00:00Z'),
      body: Buffer.from('{"a":"é"}'),
      headers: [['key', new Uint8Array([0xff, 0x00])]],
      none: null,
    };
    assert.deepEqual(JSON.parse(toJson(value)), {
      amount: '9223372036854775807',
      at: '2026-03-01T12:00:00.000Z',
      body: '{"a":"é"}',
      headers: [['key', 'base64:/wA=']],
      none: null,
    });
  });
});

describe('bytesAsText', () => {
  it('takes text with line ends as text, and anything with other control characters as base64', () => {
    assert.equal(bytesAsText(Buffer.from('a\r\n\tb')), 'a\r\n\tb');
    assert.equal(bytesAsText(Buffer.from('a\0b')), 'base64:YQBi');
    assert.equal(bytesAsText(Buffer.from([0xc3, 0x28])), 'base64:wyg=');
    assert.equal(bytesAsText(new Uint8Array()), '');
  });
});
