import type { Message } from 'kafkajs';
import { putText, sizeOfText } from './utf8.js';
import { putBytes, putVarint, sizeOfBytes, sizeOfVarint } from './varint.js';

/** A message that is made of bytes but for the names of its headers, and has no time of its own. */
export interface PlainMessage {
  readonly key?: Buffer | null;
  readonly value: Buffer | null;
  readonly headers?: PlainHeaders;
}

type PlainHeaders = Readonly<Record<string, Buffer | readonly Buffer[]>>;

/** A header without a value isn't plain: kafkajs can't write it, and is left to say so. */
export function isPlain(message: Message): message is Message & PlainMessage {
  const { key, value, headers, timestamp } = message;
  return (
    (timestamp ?? null) === null && isBytesOrNull(key ?? null) && isBytesOrNull(value) && arePlain(headers)
  );
}

function arePlain(headers: unknown): boolean {
  if (headers === undefined) return true;
  if (typeof headers !== 'object' || headers === null) return false;
  return Object.values(headers).every((values: unknown) =>
    Array.isArray(values) ? values.every(isBytes) : isBytes(values),
  );
}

function isBytes(value: unknown): boolean {
  return Buffer.isBuffer(value);
}

function isBytesOrNull(value: unknown): boolean {
  return value === null || Buffer.isBuffer(value);
}

/** A message with what must be known of it before its record can be written. */
export interface MeasuredRecord {
  readonly message: PlainMessage;
  /** Its place in the batch, from 0. */
  readonly index: number;
  readonly headerCount: number;
  /** In bytes, without the length that stands before the record. */
  readonly size: number;
}

/** The attributes of a record, of which there are none, and the time since the first of its batch: all have the same. */
const BEFORE_INDEX = Buffer.from([0, 0]);

/** What the record of a message takes by Kafka's record format v2. */
export function measureRecord(message: PlainMessage, index: number): MeasuredRecord {
  const { key = null, value, headers = {} } = message;
  let size = BEFORE_INDEX.length + sizeOfVarint(index) + sizeOfBytes(key) + sizeOfBytes(value);
  let headerCount = 0;
  for (const name of Object.keys(headers)) {
    const length = sizeOfText(name);
    for (const one of valuesOf(headers, name)) {
      size += sizeOfVarint(length) + length + sizeOfBytes(one);
      headerCount += 1;
    }
  }
  return { message, index, headerCount, size: size + sizeOfVarint(headerCount) };
}

/** Writes a record, with its size before it, at `at`; gives the place after it. */
export function putRecord(
  bytes: Buffer,
  { message, index, headerCount, size }: MeasuredRecord,
  at: number,
): number {
  const { key = null, value, headers = {} } = message;
  let next = putVarint(bytes, size, at);
  bytes.set(BEFORE_INDEX, next);
  next = putVarint(bytes, index, next + BEFORE_INDEX.length);
  next = putBytes(bytes, key, next);
  next = putBytes(bytes, value, next);
  next = putVarint(bytes, headerCount, next);
  for (const name of Object.keys(headers)) {
    const length = sizeOfText(name);
    for (const one of valuesOf(headers, name)) {
      next = putText(bytes, name, putVarint(bytes, length, next));
      next = putBytes(bytes, one, next);
    }
  }
  return next;
}

function valuesOf(headers: PlainHeaders, name: string): readonly Buffer[] {
  const values = headers[name] ?? [];
  return Buffer.isBuffer(values) ? [values] : values;
}
