import type { BatchContext } from 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js';
import type { LogHeaders, LogMessage, TopicPartition } from '../ports/log.js';
import { footprintOf } from './footprint.js';
import { RecordReader } from './record-reader.js';

/**
 * A record as it lies in its batch. It goes through kafkajs as one of its messages, and is read when somebody asks for a part of it.
 *
 * Thousands wait in a process that has much to do, and most of what a message consists of is headers: taken apart as kafkajs does it, each
 * is a Buffer and an entry of a dictionary, which all outlive what the garbage collector is quick at. So a record that waits is one object.
 */
export class BatchRecord {
  /** `start` is where the record begins behind its length. That it is laid out as a record was looked at: see recordsToTake. */
  constructor(
    private readonly batch: Buffer,
    private readonly start: number,
    private readonly end: number,
    readonly offset: string,
    readonly batchContext: BatchContext,
  ) {}

  get isControlRecord(): boolean {
    return this.batchContext.isControlBatch;
  }

  get attributes(): number {
    return this.batch.readInt8(this.start);
  }

  /** In ms since 1970, as text. */
  get timestamp(): string {
    return this.time().toString();
  }

  get key(): Buffer | null {
    const reader = this.behindNumbers();
    return reader.sized();
  }

  get value(): Buffer | null {
    const reader = this.behindNumbers();
    reader.skipSized();
    return reader.sized();
  }

  /** The message in memory of its own: whoever holds it keeps nothing alive of its batch. */
  toMessage(place: TopicPartition): LogMessage {
    // Not `Buffer.from`: that takes small ones from a pool, whose memory is shared.
    const own = Buffer.allocUnsafeSlow(this.end - this.start);
    this.batch.copy(own, 0, this.start, this.end);
    return new RecordMessage(place, BigInt(this.offset), this.time(), own);
  }

  private time(): bigint {
    const { timestampType, firstTimestamp, maxTimestamp } = this.batchContext;
    if (timestampType === APPEND_TIME) return BigInt(maxTimestamp);
    const reader = new RecordReader(this.batch, this.start + 1);
    return BigInt.asIntN(64, BigInt(firstTimestamp) + reader.varlong());
  }

  private behindNumbers(): RecordReader {
    return readerBehindNumbers(this.batch, this.start);
  }
}

/** The times of all records in a batch are the one at which the broker appended it. */
const APPEND_TIME = 1;

/** A message that is made of a record of its own. Headers are taken apart each time that somebody asks for them. */
export class RecordMessage implements LogMessage {
  readonly topic: string;
  readonly partition: number;

  constructor(
    { topic, partition }: TopicPartition,
    readonly offset: bigint,
    private readonly time: bigint,
    private readonly record: Buffer,
  ) {
    this.topic = topic;
    this.partition = partition;
  }

  get key(): Buffer | null {
    return readerBehindNumbers(this.record, 0).sized();
  }

  get value(): Buffer | null {
    const reader = readerBehindNumbers(this.record, 0);
    reader.skipSized();
    return reader.sized();
  }

  get headers(): LogHeaders {
    const reader = this.behindValue();
    return Array.from({ length: reader.varint() }, () => {
      const name = reader.sized() ?? NOTHING;
      return [name.toString(), reader.sized() ?? NOTHING] as const;
    });
  }

  get timestamp(): Date {
    return dateOf(this.time);
  }

  /** What holding it takes in memory, in bytes. */
  get footprint(): number {
    return footprintOf(this.record.length, this.behindValue().varint());
  }

  private behindValue(): RecordReader {
    const reader = readerBehindNumbers(this.record, 0);
    reader.skipSized();
    reader.skipSized();
    return reader;
  }
}

const NOTHING = Buffer.alloc(0);

/** Attributes, time and offset come first. */
function readerBehindNumbers(bytes: Buffer, start: number): RecordReader {
  const reader = new RecordReader(bytes, start + 1);
  reader.varint();
  reader.varint();
  return reader;
}

/** The furthest that a date reaches from 1970, in ms. */
const MAX_TIME_MS = 8.64e15;

/** Older brokers take any 64 bits for a time; one that no date can hold becomes the nearest that can. */
export function dateOf(timeMs: bigint): Date {
  return new Date(Math.max(-MAX_TIME_MS, Math.min(MAX_TIME_MS, Number(timeMs))));
}
