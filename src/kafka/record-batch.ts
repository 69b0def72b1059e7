import type { BatchContext } from 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js';
import crc32C from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';

/** The header of a record batch (Kafka's format 2), as far as reading needs it. */
export interface BatchHeader {
  readonly baseOffset: bigint;
  /** The highest offset that the batch stands for; compaction may have removed the record that had it. */
  readonly lastOffset: bigint;
  readonly attributes: number;
  readonly records: number;
  /** Where its records begin, compressed or not. */
  readonly start: number;
  /** Where they end, and the next batch begins. */
  readonly end: number;
  readonly context: BatchContext;
}

/** How long a header is; the records follow it. */
export const BATCH_HEADER_BYTES = 61;
export const MAGIC = 2;
/** Offset and length of a batch, which its length doesn't count. In older formats they are those of a message. */
export const BEFORE_LENGTH_COUNTS = 12;
const MAGIC_AT = 16;
export const CHECKSUM_AT = 17;
/** What the checksum covers begins here: all but offset, length, epoch, format and the checksum itself. */
export const CHECKED_FROM = 21;

/** The format of what lies at `at`, which stands at the same place in all of them; null if there aren't enough bytes to know. */
export function magicAt(bytes: Buffer, at: number): number | null {
  return at + MAGIC_AT < bytes.length ? bytes.readInt8(at + MAGIC_AT) : null;
}

/** The header at `at`, or null if the batch isn't there to its end: brokers cut off what exceeds the size of an answer. */
export function headerAt(bytes: Buffer, at: number): BatchHeader | null {
  if (at + BATCH_HEADER_BYTES > bytes.length) return null;
  const end = at + BEFORE_LENGTH_COUNTS + bytes.readInt32BE(at + 8);
  if (end > bytes.length || end < at + BATCH_HEADER_BYTES) return null;
  const baseOffset = bytes.readBigInt64BE(at);
  const attributes = bytes.readInt16BE(at + 21);
  const lastOffsetDelta = bytes.readInt32BE(at + 23);
  return {
    baseOffset,
    lastOffset: baseOffset + BigInt(lastOffsetDelta),
    attributes,
    records: bytes.readInt32BE(at + 57),
    start: at + BATCH_HEADER_BYTES,
    end,
    context: {
      firstOffset: baseOffset.toString(),
      firstTimestamp: bytes.readBigInt64BE(at + 27).toString(),
      maxTimestamp: bytes.readBigInt64BE(at + 35).toString(),
      partitionLeaderEpoch: bytes.readInt32BE(at + 12),
      lastOffsetDelta,
      producerId: bytes.readBigInt64BE(at + 43).toString(),
      producerEpoch: bytes.readInt16BE(at + 51),
      firstSequence: bytes.readInt32BE(at + 53),
      inTransaction: (attributes & 0x10) !== 0,
      isControlBatch: (attributes & 0x20) !== 0,
      timestampType: (attributes & 0x08) === 0 ? 0 : 1,
      magicByte: MAGIC,
    },
  };
}

/** Whether the batch at `at`, which ends before `end`, is as its producer and its broker have left it, but for what isn't checked. */
export function isIntact(bytes: Buffer, at: number, { end }: BatchHeader): boolean {
  return crc32C(bytes.subarray(at + CHECKED_FROM, end)) === bytes.readUInt32BE(at + CHECKSUM_AT);
}
