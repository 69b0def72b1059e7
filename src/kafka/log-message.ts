import type { IHeaders, KafkaMessage, Message } from 'kafkajs';
import { viewOf } from '../bytes.js';
import type { LogHeaders, LogMessage, LogRecord, TopicPartition } from '../ports/log.js';
import { BatchRecord, dateOf } from './batch-record.js';

/** A message as kafkajs delivers it, in our form. */
export function toLogMessage(place: TopicPartition, message: KafkaMessage): LogMessage {
  if (message instanceof BatchRecord) return message.toMessage(place);
  const { topic, partition } = place;
  return {
    topic,
    partition,
    offset: BigInt(message.offset),
    key: message.key,
    value: message.value,
    headers: toLogHeaders(message.headers ?? {}),
    timestamp: dateOf(BigInt(message.timestamp)),
  };
}

/**
 * kafkajs keeps headers by name: the values of one name stay in order, the order among names is that of their first appearance, and
 * names that look like whole numbers come first. A null value, which kafkajs could not write again, becomes an empty one.
 */
function toLogHeaders(headers: IHeaders): LogHeaders {
  const list: (readonly [string, Uint8Array])[] = [];
  for (const name of Object.keys(headers)) {
    const values = headers[name];
    for (const value of Array.isArray(values) ? values : [values]) {
      if ((value ?? null) === null) list.push([name, EMPTY]);
      else if (typeof value === 'string') list.push([name, Buffer.from(value)]);
      // For a header that is called `constructor`, say, kafkajs also finds what every object inherits under that name.
      else if (value instanceof Uint8Array) list.push([name, value]);
    }
  }
  return list;
}

const EMPTY = Buffer.alloc(0);

/** A record as kafkajs takes it. */
export function toKafkaMessage({ key, value, headers }: LogRecord): Message {
  return { key: toBuffer(key), value: toBuffer(value), headers: toKafkaHeaders(headers) };
}

/**
 * Headers inherit from this, so that a header may have any name. An object without a prototype is kept as a hash table, which takes five
 * times the memory.
 */
const NOTHING = Object.freeze(Object.create(null) as object);

function toKafkaHeaders(headers: LogHeaders): IHeaders {
  const byName = Object.create(NOTHING) as Record<string, Buffer | Buffer[]>;
  for (const [name, value] of headers) {
    const bytes = viewOf(value);
    const earlier = byName[name];
    if (earlier === undefined) byName[name] = bytes;
    else if (Array.isArray(earlier)) earlier.push(bytes);
    else byName[name] = [earlier, bytes];
  }
  return byName;
}

function toBuffer(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : viewOf(bytes);
}

/** How many bytes a record takes at least in a request. */
export function sizeOf({ key, value, headers }: LogRecord): number {
  const ofHeaders = headers.reduce(
    (sum, [name, bytes]) => sum + Buffer.byteLength(name) + bytes.length + 4,
    0,
  );
  return (key?.length ?? 0) + (value?.length ?? 0) + ofHeaders + RECORD_OVERHEAD;
}

/** Lengths, offset and timestamp of a record, rounded up. */
const RECORD_OVERHEAD = 40;
