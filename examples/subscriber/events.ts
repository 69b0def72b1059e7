import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import avro from 'avsc';
import { z } from 'zod';

/**
 * What the two examples need of an event; docs/events.md tells of all its fields. A field without a default can never go, since the
 * schemas are FULL_TRANSITIVE, and new ones do no harm. `supersedes` isn't among them: an
 * event is a full snapshot, and the sequence alone tells whether it replaces what was applied. `provider` and the like are text, since values will come that nobody knows yet.
 */
const snapshot = {
  eventId: z.string(),
  captureId: z.string(),
  orderId: z.string(),
  provider: z.string(),
  account: z.string(),
  /** Minor units of `currency`. */
  amount: z.bigint(),
  currency: z.string(),
  /** Apply an event only if it is above the last one applied for the captureId. */
  sequence: z.int(),
  occurredAt: z.bigint().transform((ms) => new Date(Number(ms))),
};
const failure = { ...snapshot, newAuthorisationNeeded: z.boolean() };
const TOPICS = {
  'capture.succeeded': z.object(snapshot).transform((event) => ({ ...event, outcome: 'succeeded' as const })),
  'capture.failed': z.object(failure).transform((event) => ({ ...event, outcome: 'failed' as const })),
  'capture.pending': z.object(snapshot).transform((event) => ({ ...event, outcome: 'pending' as const })),
};

export type CaptureTopic = keyof typeof TOPICS;
export const CAPTURE_TOPICS = ['capture.succeeded', 'capture.failed', 'capture.pending'] as const;
export type CaptureEvent = z.infer<(typeof TOPICS)[CaptureTopic]>;

/** Reads the value of a message of a capture topic. Rejects if it can't be read, or while the registry is away. */
export type EventReader = (topic: CaptureTopic, value: Buffer) => Promise<CaptureEvent>;

/** A reader that asks the registry once for each schema that it meets. The one place to add the registry's `auth` and `agent`. */
export function eventReader(registryUrl: string, timeoutMs = 5_000): EventReader {
  const registry = new SchemaRegistry(
    { host: registryUrl, middlewares: [withTimeout(timeoutMs)] },
    { [SchemaType.AVRO]: { typeHook: (schema) => (isLong(schema) ? INT64 : undefined) } },
  );
  return async (topic, value) => TOPICS[topic].parse(await registry.decode(value));
}

/** By itself the client would wait without end for a registry that doesn't answer. */
function withTimeout(timeout: number): Middleware {
  return () => ({ prepareRequest: async (next) => (await next()).enhance({ timeout }) });
}
type Middleware = NonNullable<ConstructorParameters<typeof SchemaRegistry>[0]['middlewares']>[number];

/** A JavaScript number holds an Avro long only up to 2^53; an amount must arrive to the last unit. */
const INT64 = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0),
});

/** Longs stand in a schema by their name, or as an object that says what they count (timestamp-millis). */
function isLong(schema: avro.Schema): boolean {
  return schema === 'long' || (typeof schema === 'object' && 'type' in schema && schema.type === 'long');
}
