import type { LogHeaders, LogRecord } from '../ports/log.js';
import { BATCH_HEADER_BYTES } from './record-batch.js';
import { sizeOfBytes, sizeOfVarint } from './varint.js';

/** Attributes, and the distances in time and offset from the first record, which are 0 for a record alone. */
const RECORD_HEADER = 3;

/**
 * How many bytes a record takes in a batch of its own, uncompressed, by Kafka's record format v2. Brokers hold exactly this against the
 * `max.message.bytes` of the topic.
 */
export function batchSizeOf({ key, value, headers }: Omit<LogRecord, 'topic'>): number {
  const record = RECORD_HEADER + sizeOfBytes(key) + sizeOfBytes(value) + sizeOfHeaders(headers);
  return BATCH_HEADER_BYTES + sizeOfVarint(record) + record;
}

function sizeOfHeaders(headers: LogHeaders): number {
  return headers.reduce((sum, [name, value]) => {
    const length = Buffer.byteLength(name);
    return sum + sizeOfVarint(length) + length + sizeOfBytes(value);
  }, sizeOfVarint(headers.length));
}
