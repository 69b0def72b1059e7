import avro, { type Type } from 'avsc';
import { BoundedArray, BoundedMap } from './collections.js';
import { BIGINT_LONG } from './long.js';
import { Utf8String } from './text.js';
import { TimestampMicros, TimestampMillis } from './timestamp.js';

const UTF8_STRING = new Utf8String();
const LOGICAL_TYPES = { 'timestamp-millis': TimestampMillis, 'timestamp-micros': TimestampMicros };

/**
 * Builds the type of an Avro schema: a `long` is a `bigint`, `timestamp-millis` a `Date`, a string is UTF-8, and no declared length is
 * believed. Takes about a millisecond and compiles code: build one a schema, never one a message. Throws what avsc throws if the schema
 * is none.
 */
export function avroType(schema: unknown): Type {
  return avro.Type.forSchema(schema as Parameters<typeof avro.Type.forSchema>[0], {
    logicalTypes: LOGICAL_TYPES,
    typeHook: (part, opts) => ownType(part, opts),
  });
}

/**
 * Our type for a part of a schema; `undefined` leaves it to avsc. A hook, because avsc knows primitives by name only (a registry entry
 * "long") where they are written as a plain string, not as `{"type": "long"}`. Timestamps bring their own long.
 */
function ownType(part: unknown, opts: object): Type | undefined {
  const { type, logicalType } = parsed(part);
  switch (type) {
    case 'long':
      return logicalType !== undefined && logicalType in LOGICAL_TYPES ? undefined : BIGINT_LONG;
    case 'string':
      return UTF8_STRING;
    case 'map':
      return new BoundedMap(part as Schema, opts);
    case 'array':
      return new BoundedArray(part as Schema, opts);
    default:
      return undefined;
  }
}

type Schema = ConstructorParameters<typeof BoundedMap>[0];

function parsed(part: unknown): { readonly type: unknown; readonly logicalType?: string } {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return { type: part };
  const { type, logicalType } = part as Record<string, unknown>;
  return typeof logicalType === 'string' ? { type, logicalType } : { type };
}
