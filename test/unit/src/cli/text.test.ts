import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { elapsed, printable } from '../../../../src/cli/text.js';

describe('printable', () => {
  it('writes out what could move a cursor, hide text or turn it round', () => {
    assert.equal(
      printable('a\u001b[31mb\nc\u0000\u202Ed\u2028e'),
      'a\\u001b[31mb\\u000ac\\u0000\\u202ed\\u2028e',
    );
  });

  it('leaves the letters of all scripts alone', () => {
    const text = 'order-1 – طلب ١ 注文 é “quoted”';
    assert.equal(printable(text), text);
  });
});

describe('elapsed', () => {
  it('uses the two largest units', () => {
    const cases: [number, string][] = [
      [0, '0ms'],
      [999, '999ms'],
      [1_250, '1.250s'],
      [59_999, '59.999s'],
      [60_000, '1m'],
      [185_400, '3m5s'],
      [7_200_000, '2h'],
      [7_260_000, '2h1m'],
      [187_200_000, '2d4h'],
      [-1_500, '-1.500s'],
    ];
    for (const [ms, text] of cases) assert.equal(elapsed(ms), text);
  });
});
