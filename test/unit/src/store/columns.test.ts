import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { isStorable } from '../../../../src/capture/order.js';
import { assertDistinct, byteStrings, integers, texts, times } from '../../../../src/store/columns.js';
import { valuesIn } from '../../../support/columns.js';

const REFUSED = { code: 'STORE_REFUSED_DATA' };

describe('a column of a batch', () => {
  it('takes any text that PostgreSQL can hold', () => {
    const values = ['', 'NULL', null, '𝄞', '"{}\\', 'ä\n'];
    assert.deepEqual(valuesIn(texts(values)), values);
    assert.deepEqual(valuesIn(texts([])), []);
    fc.assert(
      fc.property(fc.array(fc.option(fc.string({ unit: 'grapheme' }).filter(isStorable))), (some) => {
        assert.deepEqual(valuesIn(texts(some)), some);
      }),
    );
  });

  it('refuses a NUL and half a surrogate pair, also where two halves of two values would make a pair', () => {
    assert.throws(() => texts(['fine', 'a\0b']), REFUSED);
    assert.throws(() => texts(['\ud834']), REFUSED);
    assert.throws(() => texts(['\ud834', '\udd1e']), REFUSED);
  });

  it('writes integers of any size digit by digit', () => {
    assert.deepEqual(valuesIn(integers([0, -1, 9_223_372_036_854_775_807n, null])), [
      '0',
      '-1',
      '9223372036854775807',
      null,
    ]);
  });

  it('writes times in UTC to the millisecond, and "never" as PostgreSQL does', () => {
    assert.deepEqual(valuesIn(times([new Date(1), 'infinity', null])), [
      '1970-01-01T00:00:00.001Z',
      'infinity',
      null,
    ]);
    assert.throws(() => times([new Date(Number.NaN)]), REFUSED);
  });
});

describe('bytes in a column', () => {
  it('are written in hexadecimal, as PostgreSQL reads bytea', () => {
    assert.deepEqual(valuesIn(byteStrings([Uint8Array.of(0, 255), null, new Uint8Array(0)])), [
      '\\x00ff',
      null,
      '\\x',
    ]);
  });
});

describe('assertDistinct', () => {
  it('lets a batch pass that names each capture once, and names the one that another names twice', () => {
    assertDistinct([]);
    assertDistinct(['a', 'b']);
    assert.throws(
      () => {
        assertDistinct(['a', 'b', 'c', 'b']);
      },
      { ...REFUSED, message: /names capture b twice/ },
    );
  });
});
