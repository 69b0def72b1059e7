import crc32C from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';
import {
  BATCH_HEADER_BYTES,
  BEFORE_LENGTH_COUNTS,
  CHECKED_FROM,
  CHECKSUM_AT,
  MAGIC,
} from './record-batch.js';
import type { PlainMessage } from './record-encoding.js';
import { measureRecord, putRecord } from './record-encoding.js';
import { sizeOfVarint } from './varint.js';

const NO_EPOCH = 0;
const NO_ATTRIBUTES = 0;
const NO_PRODUCER_ID = -1n;
const NO_SEQUENCE = 0;

/**
 * The messages, at least one, as a batch of Kafka's record format v2: uncompressed, of a producer that is neither idempotent nor in a
 * transaction, all at the time `now` in ms since 1970. Byte for byte what kafkajs 2.2.4 makes of them, but in one buffer whose size is
 * reckoned first; kafkajs makes one for each number, header and record, and copies each into the next.
 */
export function encodeBatch(messages: readonly PlainMessage[], now: number): Buffer {
  const records = messages.map(measureRecord);
  const length = records.reduce((sum, { size }) => sum + sizeOfVarint(size) + size, BATCH_HEADER_BYTES);
  const bytes = Buffer.allocUnsafe(length);
  let at = putHeader(bytes, records.length, BigInt(now));
  for (const record of records) at = putRecord(bytes, record, at);
  // Otherwise memory that isn't ours to send, or records that end before they should, would go to the broker.
  if (at !== length) throw new Error(`a batch of ${String(length)} bytes was written as ${String(at)}`);
  bytes.writeUInt32BE(crc32C(bytes.subarray(CHECKED_FROM)), CHECKSUM_AT);
  return bytes;
}

/** Writes all that stands before the records, but for the checksum; gives the place after it. */
function putHeader(bytes: Buffer, records: number, now: bigint): number {
  let at = bytes.writeBigInt64BE(0n, 0);
  at = bytes.writeInt32BE(bytes.length - BEFORE_LENGTH_COUNTS, at);
  at = bytes.writeInt32BE(NO_EPOCH, at);
  bytes.writeInt8(MAGIC, at);
  at = bytes.writeInt16BE(NO_ATTRIBUTES, CHECKED_FROM);
  at = bytes.writeInt32BE(records - 1, at);
  at = bytes.writeBigInt64BE(now, at);
  at = bytes.writeBigInt64BE(now, at);
  at = bytes.writeBigInt64BE(NO_PRODUCER_ID, at);
  at = bytes.writeInt16BE(NO_EPOCH, at);
  at = bytes.writeInt32BE(NO_SEQUENCE, at);
  return bytes.writeInt32BE(records, at);
}
