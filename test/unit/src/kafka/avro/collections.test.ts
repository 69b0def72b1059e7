import assert from 'node:assert/strict';
import { it } from 'node:test';
import avro from 'avsc';
import fc from 'fast-check';
import { avroType } from '../../../../../src/kafka/avro/type.js';

const map = avroType({ type: 'map', values: 'string' });
const array = avroType({ type: 'array', items: 'long' });
const empties = avroType({ type: 'array', items: 'null' });

it('carries every map, also with keys that objects treat specially', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), (value) => {
      assert.deepEqual({ ...map.fromBuffer(map.toBuffer(value)) }, { ...value });
    }),
  );
  const odd = Object.fromEntries([
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ]);
  assert.deepEqual(Object.entries(map.fromBuffer(map.toBuffer(odd)) as object), Object.entries(odd));
});

it('carries every array', () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), (value) => {
      assert.deepEqual(array.fromBuffer(array.toBuffer(value)), value);
    }),
  );
});

it('reads collections that come in several blocks, with and without their size', () => {
  const long = (value: number): Buffer => avro.Type.forSchema('long').toBuffer(value);
  const blocks = Buffer.concat([long(2), long(5), long(6), long(-1), long(1), long(7), long(0)]);
  assert.deepEqual(array.fromBuffer(blocks), [5n, 6n, 7n]);
});

/** A collection that says that it has so many entries, and ends there. */
function declaring(count: bigint): Buffer {
  return Buffer.concat([avroType('long').toBuffer(count), Buffer.from([2, 2, 2])]);
}

const HUGE = [1_000n, 2n ** 31n, 2n ** 53n, 2n ** 62n, -(2n ** 40n), -(2n ** 63n)];

it('refuses a declared count that the message cannot hold, at once', { timeout: 5_000 }, () => {
  for (const type of [map, array, empties]) {
    for (const count of HUGE) {
      assert.throws(() => {
        type.fromBuffer(declaring(count));
      }, /larger than its message/);
    }
  }
});

it('refuses it also in a field that it skips', { timeout: 5_000 }, () => {
  const reader = avroType({ type: 'record', name: 'R', fields: [{ name: 'last', type: 'string' }] });
  for (const type of [
    { type: 'map', values: 'string' },
    { type: 'array', items: 'long' },
    { type: 'array', items: 'null' },
  ]) {
    const writer = avroType({
      type: 'record',
      name: 'R',
      fields: [
        { name: 'skipped', type },
        { name: 'last', type: 'string' },
      ],
    });
    const resolver = reader.createResolver(writer);
    for (const count of HUGE) {
      assert.throws(() => {
        reader.fromBuffer(declaring(count), resolver);
      }, /larger than its message/);
    }
  }
});

it('skips what it does not need', () => {
  const reader = avroType({ type: 'record', name: 'R', fields: [{ name: 'last', type: 'string' }] });
  const writer = avroType({
    type: 'record',
    name: 'R',
    fields: [
      { name: 'names', type: { type: 'map', values: 'string' } },
      { name: 'numbers', type: { type: 'array', items: 'long' } },
      { name: 'last', type: 'string' },
    ],
  });
  const bytes = writer.toBuffer({ names: { a: 'b', c: 'd' }, numbers: [1n, 2n], last: 'kept' });
  assert.deepEqual({ ...reader.fromBuffer(bytes, reader.createResolver(writer)) }, { last: 'kept' });
});

it('reads the collections of a writer with another type of value', () => {
  const writer = avroType({ type: 'array', items: 'int' });
  assert.deepEqual(array.fromBuffer(writer.toBuffer([1, 2]), array.createResolver(writer)), [1n, 2n]);
  const bytes = avroType({ type: 'map', values: 'bytes' });
  const value = bytes.toBuffer({ a: Buffer.from('b') });
  assert.deepEqual(map.fromBuffer(value, map.createResolver(bytes)), { a: 'b' });
});
