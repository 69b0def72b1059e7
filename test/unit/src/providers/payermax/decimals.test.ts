import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exponentOf } from '../../../../../src/capture/currencies.js';
import { decimalsOf } from '../../../../../src/providers/payermax/decimals.js';

/** What PayerMax names itself, typed from its pages. */
const NONE = ['IDR', 'TWD', 'KRW', 'VND', 'CLP', 'PKR', 'COP', 'JPY', 'ISK', 'PYG'];
const TWO = ['BHD', 'KWD', 'JOD', 'OMR', 'TND'];

describe('the decimals that PayerMax takes', () => {
  for (const currency of NONE) {
    it(`are none of ${currency}`, () => {
      assert.equal(decimalsOf(currency), 0);
    });
  }

  for (const currency of TWO) {
    it(`are two of ${currency}, which ISO 4217 gives three`, () => {
      assert.equal(decimalsOf(currency), 2);
      assert.equal(exponentOf(currency), 3);
    });
  }

  it('are those of ISO 4217 for every other currency', () => {
    const letters = Array.from({ length: 26 }, (_, index) => String.fromCharCode(65 + index));
    const codes = letters.flatMap((a) => letters.flatMap((b) => letters.map((c) => a + b + c)));
    const listed = codes.filter((code) => exponentOf(code) !== null);
    assert.ok(listed.length > 150);
    for (const code of listed.filter((each) => ![...NONE, ...TWO].includes(each))) {
      assert.equal(decimalsOf(code), exponentOf(code), code);
    }
    assert.deepEqual(['USD', 'SAR', 'IQD', 'LYD', 'XAF', 'CLF'].map(decimalsOf), [2, 2, 3, 3, 0, 4]);
  });

  it('are not known of what is no currency', () => {
    for (const code of ['XXX', 'usd', '', 'toString']) assert.equal(decimalsOf(code), null, code);
  });
});
