import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { avroType } from '../../../../../src/kafka/avro/type.js';

const MILLIS = { type: 'long', logicalType: 'timestamp-millis' };
const MICROS = { type: 'long', logicalType: 'timestamp-micros' };
const time = avroType(MILLIS);
const optional = avroType(['null', MILLIS]);

it('carries every date unchanged, in milliseconds', () => {
  fc.assert(
    fc.property(fc.date({ noInvalidDate: true }), (date) => {
      assert.deepEqual(time.fromBuffer(time.toBuffer(date)), date);
      assert.deepEqual(optional.fromBuffer(optional.toBuffer(date)), date);
      assert.deepEqual(time.toBuffer(date), avroType('long').toBuffer(BigInt(date.getTime())));
    }),
  );
  assert.equal(optional.fromBuffer(optional.toBuffer(null)), null);
});

it('refuses what is no date', () => {
  for (const value of [new Date(Number.NaN), 0, '2026-03-01', undefined]) {
    assert.throws(() => time.toBuffer(value));
    assert.throws(() => optional.toBuffer(value));
  }
});

it('refuses a time beyond the range of dates', () => {
  for (const millis of [8_640_000_000_000_001n, 2n ** 63n - 1n, -(2n ** 63n)]) {
    const bytes = avroType('long').toBuffer(millis);
    assert.throws(() => {
      time.fromBuffer(bytes);
    });
  }
});

it('reads times that a writer declared as a plain long or int', () => {
  for (const [writer, value] of [
    [avroType('long'), 1_000n],
    [avroType('int'), 1_000],
    [time, new Date(1_000)],
  ] as const) {
    assert.deepEqual(time.fromBuffer(writer.toBuffer(value), time.createResolver(writer)), new Date(1_000));
  }
});

it('does not take microseconds for milliseconds', () => {
  assert.throws(() => time.createResolver(avroType(MICROS)), /cannot read/);
  const reader = avroType({ type: 'record', name: 'R', fields: [{ name: 'a', type: 'string' }] });
  const writer = avroType({
    type: 'record',
    name: 'R',
    fields: [
      { name: 'at', type: MICROS },
      { name: 'a', type: 'string' },
    ],
  });
  const bytes = writer.toBuffer({ at: 1_700_000_000_000_000, a: 'kept' });
  assert.deepEqual({ ...reader.fromBuffer(bytes, reader.createResolver(writer)) }, { a: 'kept' });
});

it('ignores the logical type where it does not apply', () => {
  for (const type of ['string', 'bytes']) {
    assert.equal(avroType({ type, logicalType: 'timestamp-millis' }).typeName, type);
  }
});
