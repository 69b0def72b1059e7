import avro, { type Type } from 'avsc';
import { BoundedArray, BoundedMap } from './collections.js';
import { BIGINT_LONG } from './long.js';
import { BoundedRecord } from './records.js';
import { Utf8String } from './text.js';
import { TimestampMicros, TimestampMillis } from './timestamp.js';

const UTF8_STRING = new Utf8String();

/**
 * Builds the type of an Avro schema: a `long` is a `bigint`, `timestamp-millis` a `Date`, a string is UTF-8, no declared length is
 * believed, and reading takes a time in proportion to the bytes, whatever they are. Takes about a millisecond and compiles code: build one
 * a schema, never one a message. Throws what avsc throws if the schema is none. A schema of others must be in `writerForm`.
 */
export function avroType(schema: unknown): Type {
  return avro.Type.forSchema(schema as Parameters<typeof avro.Type.forSchema>[0], {
    typeHook: (part, opts) => ownType(part, opts),
  });
}

/**
 * Our type for a part of a schema; `undefined` leaves it to avsc. A hook, because avsc knows primitives by name only (a registry entry
 * "long") where they are written as a plain string, not as `{"type": "long"}`.
 */
function ownType(part: unknown, opts: object): Type | undefined {
  const { type, logicalType } = parsed(part);
  switch (type) {
    case 'long':
      return ownLong(part as Schema, logicalType);
    case 'string':
      return UTF8_STRING;
    default:
      // As a plain string, these are the names of types of the schema's own.
      return typeof part === 'string' ? undefined : ownComplexType(type, part as Schema, opts);
  }
}

/** Not by avsc's own way to logical types, which copies all names that are known each time: half a minute for a large schema. */
function ownLong(schema: Schema, logicalType: unknown): Type {
  switch (logicalType) {
    case 'timestamp-millis':
      return new TimestampMillis(schema);
    case 'timestamp-micros':
      return new TimestampMicros(schema);
    default:
      return BIGINT_LONG;
  }
}

function ownComplexType(type: unknown, schema: Schema, opts: object): Type | undefined {
  switch (type) {
    case 'map':
      return new BoundedMap(schema, opts);
    case 'array':
      return new BoundedArray(schema, opts);
    case 'record':
    case 'error':
      return new BoundedRecord(schema, opts);
    default:
      return undefined;
  }
}

type Schema = ConstructorParameters<typeof BoundedMap>[0];

function parsed(part: unknown): { readonly type: unknown; readonly logicalType?: unknown } {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return { type: part };
  return part as { readonly type: unknown };
}
