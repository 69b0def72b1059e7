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
  header.writeBigInt64BE(77n, 43);
  header.writeInt16BE(1, 51);
  header.writeInt32BE(5, 53);
  header.writeInt32BE(records.length, 57);
  return Buffer.concat([header, content]);
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
