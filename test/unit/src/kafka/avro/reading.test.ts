import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readingOf } from '../../../../../src/kafka/avro/reading.js';
import type { RegisteredSchema } from '../../../../../src/kafka/registry/client.js';
import { contractsWithIds } from '../../../../support/contracts.js';

const contract = contractsWithIds()['order.fulfilled'];

interface Field {
  readonly name: string;
  readonly type: unknown;
}

/** Our own schema with its fields changed. */
function withFields(change: (fields: Field[]) => Field[], more: object = {}): unknown {
  const schema = JSON.parse(contract.schema) as { fields: Field[] };
  return { ...schema, fields: change(schema.fields), ...more };
}

function withField(name: string, type: unknown): unknown {
  return withFields((fields) => fields.map((field) => (field.name === name ? { ...field, type } : field)));
}

function problemOf(found: Partial<RegisteredSchema>): string {
  const reading = readingOf(contract, 14, {
    schema: '{}',
    schemaType: 'AVRO',
    hasReferences: false,
    ...found,
  });
  assert.ok('rejection' in reading);
  assert.equal(reading.rejection.rejected, 'undecodable');
  assert.match(reading.rejection.remedy, /must write with a schema .* subject order\.fulfilled-value/);
  return reading.rejection.problem;
}

describe("what is wrong with a writer's schema", () => {
  const begin = "was written with schema 14, which can't be read as order.fulfilled: it ";
  const own = 'record captureworker.events.OrderFulfilled';
  const cases: [string, Partial<RegisteredSchema>, string][] = [
    ['no Avro', { schemaType: 'JSON' }, 'is JSON, not Avro'],
    ['references', { hasReferences: true }, 'refers to schemas of other subjects'],
    ['no JSON', { schema: '{' }, 'is no JSON'],
    ['nothing', { schema: '' }, 'is no JSON'],
    ['a page', { schema: '<html>' }, 'is no JSON'],
    ['an unknown type', { schema: '{"type":"nope"}' }, 'is no Avro schema (unknown type: "nope")'],
    [
      'an enum without symbols',
      { schema: '{"type":"enum","name":"E"}' },
      'is no Avro schema (invalid enum symbols: undefined)',
    ],
    ['what is no definition', { schema: '5' }, 'is not accepted: a part that is no definition'],
    [
      'more than any honest one has',
      {
        schema: JSON.stringify(
          withFields(() => Array.from({ length: 5_000 }, (_, n) => ({ name: `f${String(n)}`, type: 'int' }))),
        ),
      },
      'is not accepted: a schema of more than 5000 parts',
    ],
    ['a text', { schema: '"string"' }, `is of string, where ${own} is needed`],
    ['a map', { schema: '{"type":"map","values":"long"}' }, `is of map of long, where ${own} is needed`],
    [
      'a union',
      { schema: JSON.stringify(['null', JSON.parse(contract.schema)]) },
      `is a union, also of null, where ${own} alone is needed`,
    ],
    [
      'a record of another name',
      { schema: JSON.stringify(withFields((fields) => fields, { name: 'OrderPlaced', namespace: 'shop' })) },
      `is of record shop.OrderPlaced, where ${own} is needed`,
    ],
    [
      'an enum of our name',
      { schema: '{"type":"enum","name":"captureworker.events.OrderFulfilled","symbols":["A"]}' },
      `is of enum captureworker.events.OrderFulfilled, where ${own} is needed`,
    ],
    [
      'a field that is missing',
      { schema: JSON.stringify(withFields((fields) => fields.filter(({ name }) => name !== 'paymentId'))) },
      'lacks the field paymentId',
    ],
    [
      'microseconds',
      {
        schema: JSON.stringify(withField('authorisedAt', { type: 'long', logicalType: 'timestamp-micros' })),
      },
      'has the field authorisedAt as timestamp-micros, where timestamp-millis is needed',
    ],
    [
      'an amount with a fraction',
      { schema: JSON.stringify(withField('authorisedAmount', 'double')) },
      'has the field authorisedAmount as double, where long is needed',
    ],
    [
      'a text that can be missing',
      { schema: JSON.stringify(withField('orderId', ['null', 'string'])) },
      'has the field orderId as null or string, where string is needed',
    ],
    [
      'references of numbers',
      { schema: JSON.stringify(withField('references', { type: 'map', values: 'long' })) },
      'has the field references as map of long, where map of string is needed',
    ],
  ];
  for (const [what, found, problem] of cases) {
    it(`is told in plain words: ${what}`, () => {
      assert.equal(problemOf(found), begin + problem);
    });
  }

  it('is cut, whatever its names', () => {
    const schema = JSON.stringify({ type: 'record', name: 'x'.repeat(5_000), fields: [] });
    assert.ok(problemOf({ schema }).length <= 301);
  });
});
