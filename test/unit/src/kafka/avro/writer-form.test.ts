import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { avroType } from '../../../../../src/kafka/avro/type.js';
import { writerForm } from '../../../../../src/kafka/avro/writer-form.js';
import { CONTRACTS, loadContract } from '../../../../../src/kafka/contract.js';

const field = (name: string, type: unknown): object => ({ name, type });
const record = (name: string, fields: readonly object[]): object => ({ type: 'record', name, fields });

/** Arrays in arrays. */
function nested(levels: number): unknown {
  return JSON.parse(`${'{"type":"array","items":'.repeat(levels)}"int"${'}'.repeat(levels)}`);
}

describe('what reading needs of a schema', () => {
  it('is the whole of a contract, but for what is for people and for readers', () => {
    for (const name of CONTRACTS) {
      const { schema, type } = loadContract(name);
      const form = writerForm(JSON.parse(schema));
      assert.ok(avroType(form).equals(type));
      assert.ok(!JSON.stringify(form).includes('"doc"'));
      assert.ok(!JSON.stringify(form).includes('"default"'));
    }
  });

  it('keeps each kind of type, with names, namespaces and logical types', () => {
    const schema = {
      ...record('R', [
        field('fixed', { type: 'fixed', name: 'F', namespace: 'other', size: 3 }),
        field('again', 'other.F'),
        field('enum', { type: 'enum', name: 'E', symbols: ['A', 'B'] }),
        field('map', { type: 'map', values: ['null', { type: 'array', items: 'double' }] }),
        field('at', { type: 'long', logicalType: 'timestamp-micros' }),
        field('next', ['null', 'R']),
        field('error', { type: 'error', name: 'X', fields: [] }),
      ]),
      namespace: 'ours',
    };
    assert.ok(avroType(writerForm(schema)).equals(avroType(schema)));
    assert.match(JSON.stringify(writerForm(schema)), /"logicalType":"timestamp-micros"/);
  });

  it(
    'leaves out defaults, which would be expanded where records lie in each other',
    { timeout: 20_000 },
    () => {
      const doubled = Array.from({ length: 60 }, (_, index) =>
        field(
          `r${String(index)}`,
          record(
            `R${String(index)}`,
            ['a', 'b'].map((name) =>
              index === 0 ? field(name, 'null') : { name, type: `R${String(index - 1)}`, default: {} },
            ),
          ),
        ),
      );
      avroType(writerForm(record('R', doubled)));
    },
  );
});

describe('a schema is refused', () => {
  const refused: Readonly<Record<string, readonly [schema: unknown, says: RegExp]>> = {
    'that has too many parts': [
      record(
        'R',
        Array.from({ length: 5_000 }, (_, index) => field(`f${String(index)}`, 'int')),
      ),
      /more than 5000 parts/,
    ],
    'that has too many records': [
      Array.from({ length: 500 }, (_, index) => record(`R${String(index)}`, [])),
      /more than 5000 parts/,
    ],
    'that is too deep': [nested(65), /more than 64 levels/],
    'that is deeper than any stack': [nested(100_000), /more than 64 levels/],
    'with a type in an array, which would be built past our own types': [
      { type: ['array'], items: 'null' },
      /type isn't a name/,
    ],
    'with a record without fields': [{ type: 'record', name: 'R' }, /without a list of fields/],
    'with a field that is none': [{ type: 'record', name: 'R', fields: [null] }, /no definition/],
    'that is null': [null, /no definition/],
    'that is a number': [5, /no definition/],
  };
  for (const [what, [schema, says]] of Object.entries(refused)) {
    it(what, () => {
      assert.throws(() => writerForm(schema), says);
    });
  }

  it('with a name that every object inherits, which would pass for a type, or for a field without bytes', () => {
    for (const name of ['constructor', 'toString', 'valueOf', '__proto__', 'hasOwnProperty']) {
      for (const schema of [name, { type: name }, record('R', [field(name, 'int')]), ['null', name]])
        assert.throws(() => writerForm(schema), /can't be the name/);
    }
  });
});

it('can be as large as an honest one is', { timeout: 20_000 }, () => {
  const fields = Array.from({ length: 600 }, (_, index) => field(`f${String(index)}`, ['null', 'string']));
  const records = Array.from({ length: 60 }, (_, index) => {
    const name = `R${String(index)}`;
    return field(name, record(name, [field('a', 'int')]));
  });
  avroType(writerForm(record('R', [...fields, ...records])));
  avroType(writerForm(nested(64)));
});
