import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RecordReader } from '../../../../src/kafka/record-reader.js';

/** A number as Kafka writes it. */
function written(number: bigint | number): Buffer {
  const value = BigInt(number);
  const bytes: number[] = [];
  let zigzag = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  for (; zigzag >= 0x80n; zigzag >>= 7n) bytes.push(Number(zigzag & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(zigzag)]);
}

describe('the reader of records', () => {
  it('reads numbers as they are written', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.integer(),
          fc.maxSafeInteger().map((value) => Math.trunc(value / 4) + 0),
        ),
        (value) => {
          const buffer = written(value);
          const reader = new RecordReader(buffer);
          assert.equal(reader.varint(), value);
          assert.equal(reader.at, buffer.length);
        },
      ),
    );
  });

  it('reads numbers of 64 bits to the last', () => {
    const edges = [0n, -1n, 1n, 2n ** 52n, -(2n ** 52n), 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)];
    const some = fc.oneof(fc.constantFrom(...edges), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));
    fc.assert(
      fc.property(some, (value) => {
        const bytes = written(value);
        const reader = new RecordReader(bytes);
        assert.equal(reader.varlong(), value);
        assert.equal(reader.at, bytes.length);
      }),
    );
  });

  it('gives bytes of a length where they lie, and passes over them', () => {
    const bytes = Buffer.concat([written(3), Buffer.from('abcd')]);
    const reader = new RecordReader(bytes);
    const part = reader.sized();
    assert.deepEqual(part, Buffer.from('abc'));
    assert.equal(part.buffer, bytes.buffer, 'not a copy');
    const other = new RecordReader(bytes);
    other.skipSized();
    assert.deepEqual([reader.at, other.at], [4, 4]);
    assert.equal(new RecordReader(written(-1)).sized(), null);
  });

  it('refuses what ends too early, goes back, or has no end', () => {
    assert.throws(() => new RecordReader(Buffer.alloc(0)).varint(), /laid out/);
    assert.throws(() => new RecordReader(Buffer.alloc(12, 0xff)).varint(), /laid out/);
    const short = Buffer.concat([written(3), Buffer.from('ab')]);
    assert.throws(() => new RecordReader(short).sized(), /laid out/);
    assert.throws(() => {
      new RecordReader(short).skipSized();
    }, /laid out/);
    assert.throws(() => {
      new RecordReader(short, 2).moveTo(1);
    }, /laid out/);
  });
});
