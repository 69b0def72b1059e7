import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printable } from '../../../src/printable.js';

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
