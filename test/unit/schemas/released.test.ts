import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { EVENT_TYPES } from '../../../src/capture/events.js';
import { CONTRACTS } from '../../../src/kafka/contract.js';
import { packageRoot } from '../../../src/package-root.js';
import {
  BREAKING_CHANGES,
  SAFE_CHANGES,
  type FieldSchema,
  type RecordSchema,
} from '../../support/contract-changes.js';
import { incompatibilities } from '../../support/schema-compatibility.js';

const schemas = join(packageRoot(), 'schemas');

function read(...path: readonly string[]): RecordSchema {
  return JSON.parse(readFileSync(join(schemas, ...path), 'utf8')) as RecordSchema;
}

/** Every version of a topic's schema that was ever released, oldest first. */
function releasedVersions(name: string): readonly RecordSchema[] {
  const files = readdirSync(join(schemas, 'released', `${name}-value`));
  const versions = files.map((file) => Number.parseInt(file, 10)).sort((a, b) => a - b);
  assert.deepEqual(
    versions,
    versions.map((_, index) => index + 1),
    'versions are 1.avsc, 2.avsc and so on',
  );
  return versions.map((version) => read('released', `${name}-value`, `${version.toString()}.avsc`));
}

for (const name of CONTRACTS) {
  describe(`the schema of ${name}`, () => {
    const current = read(`${name}.avsc`);
    const released = releasedVersions(name);

    it('is compatible, both ways, with every version ever released', () => {
      assert.ok(released.length > 0);
      for (const [index, version] of released.entries()) {
        assert.deepEqual(
          incompatibilities(current, version),
          [],
          `version ${(index + 1).toString()}: add fields with a default, remove only fields that have one, change no type or name`,
        );
      }
    });

    for (const [what, change] of Object.entries(BREAKING_CHANGES)) {
      it(`may not change by ${what}`, () => {
        assert.notDeepEqual(incompatibilities(change(current), current), []);
      });
    }

    for (const [what, change] of Object.entries(SAFE_CHANGES)) {
      it(`may change by ${what}`, () => {
        assert.deepEqual(incompatibilities(change(current), current), []);
      });
    }

    it('says of every field what it means, and gives what may be absent a default', () => {
      for (const field of fieldsWithin(current)) {
        assert.ok((field.doc ?? '').length > 10, `${field.name} has no doc`);
        if (Array.isArray(field.type)) assert.equal(field.default, null, `${field.name} has no default`);
      }
    });

    it('has no enum: what grows is text', () => {
      assert.doesNotMatch(JSON.stringify(current), /"enum"/);
    });
  });
}

it('compares with every released version, not only with the latest', () => {
  const version = (...more: object[]): object => {
    return { type: 'record', name: 'R', fields: [{ name: 'a', type: 'string' }, ...more] };
  };
  const first = version({ name: 'x', type: 'string', default: '' });
  const second = version();
  const third = version({ name: 'x', type: 'int', default: 0 });
  assert.deepEqual(incompatibilities(second, first), []);
  assert.deepEqual(incompatibilities(third, second), []);
  assert.notDeepEqual(incompatibilities(third, first), []);
});

it('is one and the same record of evidence in the three capture topics', () => {
  const evidence = EVENT_TYPES.map((name) => JSON.stringify(fieldOf(read(`${name}.avsc`), 'evidence').type));
  assert.equal(evidence.length, 3);
  assert.equal(new Set(evidence).size, 1);
});

/** The fields of a record and of the records within it. */
function fieldsWithin(schema: RecordSchema): readonly FieldSchema[] {
  return schema.fields.flatMap((field) => {
    const parts: unknown[] = Array.isArray(field.type) ? field.type : [field.type];
    return [field, ...parts.filter(isRecord).flatMap(fieldsWithin)];
  });
}

function isRecord(part: unknown): part is RecordSchema {
  return typeof part === 'object' && part !== null && 'fields' in part;
}

function fieldOf(schema: RecordSchema, name: string): FieldSchema {
  const field = schema.fields.find((each) => each.name === name);
  assert.ok(field);
  return field;
}
