import Decoder from 'kafkajs/src/protocol/decoder.js';
import decodeMessageSet from 'kafkajs/src/protocol/messageSet/decoder.js';
import type { DecodedMessage } from 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js';
import decodeRecord from 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js';
import { CaptureWorkerError, messageOf } from '../errors.js';
import type { TopicPartition } from '../ports/log.js';
import { codecOf, decompress } from './compression/codecs.js';
import type { BatchHeader } from './record-batch.js';
import { HEADER_BYTES, headerAt, MAGIC, magicAt } from './record-batch.js';
import { recordsToTake } from './records.js';
import type { Room } from './room.js';

export interface FetchedFrom extends TopicPartition {
  /** The first offset that was asked for. */
  readonly from: bigint;
}

/**
 * A batch that is broken, or larger than may be when it is decompressed. There is no reading on behind it by ourselves: the orders in it
 * would never be captured, and nobody would know.
 */
export class UnreadableBatch extends CaptureWorkerError {
  /** Tells kafkajs not to try again. */
  readonly retriable = false;

  constructor({ topic, partition }: TopicPartition, offsets: string, why: string, cause: unknown) {
    super(
      'CONSUMER_STOPPED',
      `the batch with ${offsets} in ${topic}/${String(partition)} ${why}; it can't be read, nor anything behind it: ` +
        'docs/configuration.md says under "Batches that can\'t be read" how to go on',
      { cause },
    );
    this.name = 'UnreadableBatch';
  }
}

/**
 * The messages in what a broker sent of a partition, from the offset on that was asked for, as far as there is room. Rejects with
 * UnreadableBatch, but only if there is nothing in the room yet: what comes before such a batch is delivered first.
 *
 * kafkajs moves on to behind the last message that it gets. Where a batch has no message left, since compaction took them, it gets one
 * that it doesn't deliver, at the end of the batch: else it would ask for the same batch for ever.
 */
export async function readFetched(bytes: Buffer, place: FetchedFrom, room: Room): Promise<DecodedMessage[]> {
  const messages: DecodedMessage[] = [];
  let at = 0;
  while (!room.isClosed() && at + HEADER_BYTES <= bytes.length) {
    if (magicAt(bytes, at) !== MAGIC) {
      if (at === 0) return await readOldFormat(bytes, place);
      break;
    }
    const header = headerAt(bytes, at);
    if (header === null) break;
    if (header.lastOffset >= place.from) {
      const takenBefore = room.taken;
      try {
        const read = await readBatch(header, bytes.subarray(at + HEADER_BYTES, header.end), place, room);
        for (const message of read) messages.push(message);
        if (read.length === 0 && !room.isClosed()) messages.push(nothingAt(header));
      } catch (error) {
        if (takenBefore === 0) throw error;
        room.close();
      }
    }
    at = header.end;
  }
  return messages;
}

async function readBatch(
  header: BatchHeader,
  bytes: Buffer,
  place: FetchedFrom,
  room: Room,
): Promise<DecodedMessage[]> {
  try {
    const codec = codecOf(header.attributes);
    const records = codec === null ? bytes : await decompress(codec, bytes);
    const fromDelta = Number(place.from - header.baseOffset);
    const range = recordsToTake(records, { count: header.records, fromDelta }, room);
    const decoder = new Decoder(withoutTheRest(records.subarray(range.start, range.end)));
    const messages: DecodedMessage[] = [];
    for (let index = 0; index < range.count; index += 1) {
      const record = decoder.readVarIntBytes();
      if (record !== null) messages.push(decodeRecord(new Decoder(record), header.context));
    }
    return messages;
  } catch (error) {
    const offsets = `the offsets ${String(header.baseOffset)} to ${String(header.lastOffset)}`;
    throw new UnreadableBatch(place, offsets, messageOf(error), error);
  }
}

/** A message keeps alive all memory that its bytes lie in, so what was decompressed beyond what is taken must not be part of it. */
function withoutTheRest(bytes: Buffer): Buffer {
  return bytes.length < bytes.buffer.byteLength / 2 ? Buffer.from(bytes) : bytes;
}

function nothingAt({ lastOffset, context }: BatchHeader): DecodedMessage {
  return {
    key: null,
    value: null,
    headers: {},
    attributes: 0,
    timestamp: context.maxTimestamp,
    offset: lastOffset.toString(),
    isControlRecord: true,
    batchContext: context,
  };
}

/** What brokers before 0.11 stored. kafkajs reads it by itself. */
async function readOldFormat(bytes: Buffer, place: FetchedFrom): Promise<DecodedMessage[]> {
  try {
    return await decodeMessageSet(new Decoder(bytes), bytes.length);
  } catch (error) {
    throw new UnreadableBatch(
      place,
      `the offset ${String(place.from)} or one soon after it`,
      messageOf(error),
      error,
    );
  }
}
