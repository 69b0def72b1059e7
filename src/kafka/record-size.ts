import type { LogHeaders, LogRecord } from '../ports/log.js';

/** Before the records of a batch: offset, length, epoch, magic, checksum, attributes, times, the producer's fields, number of records. */
const BATCH_HEADER = 61;
/** Attributes, and the distances in time and offset from the first record, which are 0 for a record alone. */
const RECORD_HEADER = 3;

/**
 * How many bytes a record takes in a batch of its own, uncompressed, by Kafka's record format v2. Brokers hold exactly this against the
 * `max.message.bytes` of the topic.
 */
export function batchSizeOf({ key, value, headers }: Omit<LogRecord, 'topic'>): number {
  const record = RECORD_HEADER + sizeOfBytes(key) + sizeOfBytes(value) + sizeOfHeaders(headers);
  return BATCH_HEADER + sizeOfVarint(record) + record;
}

function sizeOfHeaders(headers: LogHeaders): number {
  return headers.reduce(
    (sum, [name, value]) => sum + sizeOfLengthy(Buffer.byteLength(name)) + sizeOfBytes(value),
    sizeOfVarint(headers.length),
  );
}

function sizeOfBytes(bytes: Uint8Array | null): number {
  return bytes === null ? sizeOfVarint(-1) : sizeOfLengthy(bytes.length);
}

/** So many bytes with their number before them. */
function sizeOfLengthy(length: number): number {
  return sizeOfVarint(length) + length;
}

/** Seven bits a byte, of a number that is doubled to have its sign in the last bit (zigzag). */
function sizeOfVarint(value: number): number {
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  let bytes = 1;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes += 1;
  return bytes;
}
