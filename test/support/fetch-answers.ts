import { crc32 } from 'node:zlib';
import crc32C from 'kafkajs/src/protocol/recordBatch/crc32C/index.js';

/** What brokers send when messages are fetched, made by hand: record batches (format 2) and the answer (version 11) around them. */

export interface RecordSpec {
  readonly delta: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [name: string, value: Buffer | null])[];
}

export interface BatchSpec {
  readonly baseOffset: bigint;
  readonly records: readonly RecordSpec[];
  /** As the last record's, unless given: compaction takes records and leaves this. */
  readonly lastOffsetDelta?: number;
  /** The lowest bits name the codec that `compress` is. */
  readonly attributes?: number;
  readonly compress?: (records: Buffer) => Buffer;
  /** 77 unless given. */
  readonly producerId?: bigint;
  /** How many records the header says that there are, if it isn't true. */
  readonly count?: number;
}

export interface PartitionSpec {
  readonly partition: number;
  readonly errorCode?: number;
  readonly highWatermark?: bigint;
  readonly abortedTransactions?: readonly (readonly [producerId: bigint, firstOffset: bigint])[];
  readonly bytes: Buffer | null;
}

/** A whole number as Kafka's records have it: zigzag, seven bits a byte. */
export function varint(value: number): Buffer {
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  const written: number[] = [];
  for (; rest > 127; rest = Math.floor(rest / 128)) written.push((rest % 128) + 128);
  return Buffer.from([...written, rest]);
}

const sized = (value: Buffer | null): Buffer =>
  value === null ? varint(-1) : Buffer.concat([varint(value.length), value]);

export function recordBytes({ delta, key, value, headers }: RecordSpec): Buffer {
  return sized(
    Buffer.concat([
      Buffer.from([0]),
      varint(delta * 1_000),
      varint(delta),
      sized(key),
      sized(value),
      varint(headers.length),
      ...headers.flatMap(([name, content]) => [sized(Buffer.from(name)), sized(content)]),
    ]),
  );
}

export function batchBytes(spec: BatchSpec): Buffer {
  const { baseOffset, records, attributes = 0, compress = (bytes: Buffer): Buffer => bytes } = spec;
  const content = compress(Buffer.concat(records.map(recordBytes)));
  const header = Buffer.alloc(61);
  header.writeBigInt64BE(baseOffset, 0);
  header.writeInt32BE(49 + content.length, 8);
  header.writeInt32BE(3, 12);
  header.writeInt8(2, 16);
  header.writeInt16BE(attributes, 21);
  header.writeInt32BE(spec.lastOffsetDelta ?? records.at(-1)?.delta ?? 0, 23);
  header.writeBigInt64BE(1_772_366_400_000n, 27);
  header.writeBigInt64BE(1_772_366_500_000n, 35);
  header.writeBigInt64BE(spec.producerId ?? 77n, 43);
  header.writeInt16BE(1, 51);
  header.writeInt32BE(5, 53);
  header.writeInt32BE(spec.count ?? records.length, 57);
  return withChecksum(Buffer.concat([header, content]));
}

/** The same batch with the checksum that fits it. */
export function withChecksum(batch: Buffer): Buffer {
  const copy = Buffer.from(batch);
  copy.writeUInt32BE(crc32C(copy.subarray(21)), 17);
  return copy;
}

/** The end of a producer's transaction: a control batch with one marker. */
export function markerBytes(offset: bigint, producerId: bigint, kind: 'abort' | 'commit'): Buffer {
  const key = Buffer.from([0, 0, 0, kind === 'abort' ? 0 : 1]);
  const value = Buffer.from([0, 0, 0, 0, 0, 1]);
  const records = [{ delta: 0, key, value, headers: [] }];
  return batchBytes({ baseOffset: offset, records, producerId, attributes: 0x30 });
}

/** A message of the formats 0 and 1. */
export interface OldMessageSpec {
  readonly offset: bigint;
  readonly magic: 0 | 1;
  readonly attributes?: number;
  /** In format 1 alone. */
  readonly timestamp?: bigint;
  readonly key?: Buffer | null;
  readonly value: Buffer | null;
}

export function oldMessageBytes(spec: OldMessageSpec): Buffer {
  const { offset, magic, attributes = 0, timestamp = 0n, key = null, value } = spec;
  const checked = Buffer.concat([
    Buffer.from([magic, attributes]),
    ...(magic === 1 ? [long(timestamp)] : []),
    ...[key, value].flatMap((bytes) => (bytes === null ? [int(-1, 4)] : [int(bytes.length, 4), bytes])),
  ]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(checked));
  return Buffer.concat([long(offset), int(4 + checked.length, 4), checksum, checked]);
}

const int = (value: number, width: 2 | 4): Buffer => {
  const bytes = Buffer.alloc(width);
  if (width === 2) bytes.writeInt16BE(value);
  else bytes.writeInt32BE(value);
  return bytes;
};
const long = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
};

/** The answer about partitions of one topic. */
export function answerBytes(topic: string, partitions: readonly PartitionSpec[]): Buffer {
  return Buffer.concat([
    int(0, 4),
    int(0, 2),
    int(0, 4),
    int(1, 4),
    int(Buffer.byteLength(topic), 2),
    Buffer.from(topic),
    int(partitions.length, 4),
    ...partitions.flatMap(
      ({ partition, errorCode = 0, highWatermark = 1_000_000n, abortedTransactions = [], bytes }) => [
        int(partition, 4),
        int(errorCode, 2),
        long(highWatermark),
        long(highWatermark),
        long(0n),
        int(abortedTransactions.length, 4),
        ...abortedTransactions.flatMap(([producerId, firstOffset]) => [long(producerId), long(firstOffset)]),
        int(-1, 4),
        int(bytes === null ? -1 : bytes.length, 4),
        bytes ?? Buffer.alloc(0),
      ],
    ),
  ]);
}
