import assert from 'node:assert/strict';
import { it } from 'node:test';
import avro from 'avsc';
import fc from 'fast-check';
import { avroType } from '../../../../../src/kafka/avro/type.js';

const text = avroType('string');
const bytes = avro.Type.forSchema('bytes');

it('carries every text unchanged, in the bytes of any other Avro writer', () => {
  const plain = avro.Type.forSchema('string');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (value) => {
      assert.equal(text.fromBuffer(text.toBuffer(value)), value);
      assert.deepEqual(text.toBuffer(value), plain.toBuffer(value));
    }),
  );
});

it('refuses bytes that are not UTF-8 instead of replacing them', () => {
  for (const hex of ['ff', 'c3', 'eda080', '61c0af62']) {
    const value = bytes.toBuffer(Buffer.from(hex, 'hex'));
    assert.throws(() => {
      text.fromBuffer(value);
    }, /not UTF-8/);
    // As a resolver, too: that is how every message is read.
    assert.throws(() => {
      text.fromBuffer(value, text.createResolver(bytes));
    }, /not UTF-8/);
  }
});

it('refuses a declared length that the message does not have', () => {
  for (const length of [1n, 2n ** 31n, 2n ** 62n, -1n, -(2n ** 63n)]) {
    const value = avroType('long').toBuffer(length);
    assert.throws(() => {
      text.fromBuffer(value);
    }, /longer than its message/);
  }
});

it('writes U+FFFD for half a surrogate pair, whatever the length of the text', () => {
  for (const padding of ['', 'x'.repeat(100)]) {
    assert.equal(text.fromBuffer(text.toBuffer(`a\ud800b${padding}`)), `a\ufffdb${padding}`);
  }
});

it('refuses to write what is no text', () => {
  for (const value of [null, undefined, 1, {}]) assert.throws(() => text.toBuffer(value));
});
