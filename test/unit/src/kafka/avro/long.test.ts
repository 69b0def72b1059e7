import assert from 'node:assert/strict';
import { it } from 'node:test';
import avro from 'avsc';
import fc from 'fast-check';
import { BIGINT_LONG, fitsInt64 } from '../../../../../src/kafka/avro/long.js';

const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);
const int64 = fc.bigInt({ min: MIN, max: MAX });

it('carries every 64-bit integer unchanged', () => {
  fc.assert(
    fc.property(int64, (value) => {
      assert.equal(BIGINT_LONG.fromBuffer(BIGINT_LONG.toBuffer(value)), value);
    }),
  );
  for (const value of [MIN, MIN + 1n, -1n, 0n, 1n, 63n, 64n, 2n ** 53n + 1n, MAX]) {
    assert.equal(BIGINT_LONG.fromBuffer(BIGINT_LONG.toBuffer(value)), value);
  }
});

it('writes the same bytes as any other Avro writer', () => {
  const plain = avro.Type.forSchema('long');
  // avsc's own writes numbers below -2^52 as other ones.
  fc.assert(
    fc.property(fc.integer(), fc.maxSafeInteger(), (small, large) => {
      for (const value of [small, Math.trunc(large / 2)]) {
        assert.deepEqual(BIGINT_LONG.toBuffer(BigInt(value)), plain.toBuffer(value));
      }
    }),
  );
  assert.equal(BIGINT_LONG.toBuffer(MAX).toString('hex'), 'feffffffffffffffff01');
  assert.equal(BIGINT_LONG.toBuffer(MIN).toString('hex'), 'ffffffffffffffffff01');
});

it('carries what lies beside a power of two, and writes it as any other Avro writer', () => {
  const plain = avro.Type.forSchema('long');
  for (let bit = 0n; bit < 63n; bit += 1n) {
    for (const value of [2n ** bit - 1n, 2n ** bit, -(2n ** bit), -(2n ** bit) - 1n]) {
      const bytes = BIGINT_LONG.toBuffer(value);
      assert.equal(BIGINT_LONG.fromBuffer(bytes), value);
      if (bit < 52n) assert.deepEqual(bytes, plain.toBuffer(Number(value)));
    }
  }
});

it('refuses what is no 64-bit integer instead of wrapping or rounding it', () => {
  for (const value of [MAX + 1n, MIN - 1n, 2n ** 64n, 5, 1.5, '5', null, undefined]) {
    assert.equal(BIGINT_LONG.isValid(value), false);
    assert.throws(() => BIGINT_LONG.toBuffer(value));
  }
  assert.equal(fitsInt64(MAX), true);
  assert.equal(fitsInt64(MAX + 1n), false);
  assert.equal(fitsInt64(MIN), true);
  assert.equal(fitsInt64(MIN - 1n), false);
});

it('refuses bytes that hold more than 64 bits', () => {
  for (const hex of [
    'ffffffffffffffffff02',
    'ffffffffffffffffff7f',
    'ffffffffffffffffffff01',
    '8080808080808080808000',
  ]) {
    assert.throws(() => {
      BIGINT_LONG.fromBuffer(Buffer.from(hex, 'hex'));
    }, /more than 64 bits/);
  }
});

it('refuses a long that is cut off', () => {
  assert.throws(() => {
    BIGINT_LONG.fromBuffer(Buffer.from('ffff', 'hex'));
  });
});

it('reads the ints and longs of writers', () => {
  for (const writer of ['int', 'long', { type: 'long' }] as const) {
    const written = avro.Type.forSchema(writer);
    assert.equal(BIGINT_LONG.fromBuffer(written.toBuffer(-7), BIGINT_LONG.createResolver(written)), -7n);
  }
});

it('can be shown as JSON without losing digits', () => {
  assert.equal(BIGINT_LONG.toString(5n), '5');
  assert.equal(BIGINT_LONG.toString(MAX), '"9223372036854775807"');
  assert.equal(BIGINT_LONG.fromString('"9223372036854775807"'), MAX);
  assert.throws(() => {
    BIGINT_LONG.fromString('"9223372036854775808"');
  }, /64-bit/);
});

it('sorts by value', () => {
  assert.equal(BIGINT_LONG.compare(1n, 2n), -1);
  assert.equal(BIGINT_LONG.compare(2n, 1n), 1);
  assert.equal(BIGINT_LONG.compare(2n, 2n), 0);
});
