import assert from 'node:assert/strict';
import { it } from 'node:test';
import { avroType } from '../../../../../src/kafka/avro/type.js';

const BIG = 2n ** 60n + 1n;

it('makes every long a bigint, however the schema writes it', () => {
  for (const schema of ['long', { type: 'long' }, { type: 'long', logicalType: 'unheard-of' }]) {
    const type = avroType(schema);
    assert.equal(type.fromBuffer(type.toBuffer(BIG)), BIG);
    const nested = avroType({
      type: 'record',
      name: 'R',
      fields: [
        { name: 'plain', type: schema },
        { name: 'optional', type: ['null', schema], default: null },
        { name: 'list', type: { type: 'array', items: schema } },
        { name: 'defaulted', type: schema, default: 7 },
      ],
    });
    const value = { plain: BIG, optional: BIG, list: [BIG], defaulted: 7n };
    assert.deepEqual({ ...nested.fromBuffer(nested.toBuffer({ ...value, defaulted: undefined })) }, value);
  }
});

it('keeps the canonical schema, so that it equals what others make of it', () => {
  const schema = { type: 'record', name: 'R', fields: [{ name: 'a', type: 'long' }] };
  assert.deepEqual(avroType(schema).schema(), schema);
});

it('throws for what is no schema', () => {
  for (const schema of [null, 'nope', { type: 'nope' }, { type: 'record', name: 'R' }, []]) {
    assert.throws(() => avroType(schema));
  }
});
