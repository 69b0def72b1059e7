import type { DecodedMessage } from 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js';
import type { TopicPartition } from '../ports/log.js';
import type { AbortedTransaction } from './aborted-transactions.js';
import { followAborted } from './aborted-transactions.js';
import { footprintOf } from './footprint.js';
import { oldMessageAt, readOldMessage } from './old-messages.js';
import { readBatch } from './read-batch.js';
import { headerAt, isIntact, MAGIC, magicAt } from './record-batch.js';
import type { Room } from './room.js';
import { UnreadableBatch } from './unreadable-batch.js';

export interface FetchedFrom extends TopicPartition {
  /** The first offset that was asked for. */
  readonly from: bigint;
}

/** What a broker sent of a partition. */
export interface FetchedBytes {
  readonly bytes: Buffer;
  /** Those that reach into the bytes. */
  readonly aborted: readonly AbortedTransaction[];
}

/** What stands in the log as one: a batch, or a message of an older format, which may be compressed others. */
interface Entry {
  readonly baseOffset: bigint;
  readonly lastOffset: bigint;
  /** Where the next one begins. */
  readonly end: number;
  /** Those of its messages that are wanted and have room. */
  readonly read: () => Promise<DecodedMessage[]>;
}

/**
 * The messages in what a broker sent of a partition, from the offset on that was asked for, as far as there is room, without those of
 * aborted transactions. Rejects with ReadingStopped, but only if there is nothing in the room yet: what comes before such a batch is
 * delivered first.
 *
 * kafkajs moves on to behind the last message that it gets. Where there is none to deliver, since compaction took them or their
 * transaction was aborted, it gets one that it drops, at the end of the batch: else it would ask for the same batch for ever.
 */
export async function readFetched(
  { bytes, aborted }: FetchedBytes,
  place: FetchedFrom,
  room: Room,
): Promise<DecodedMessage[]> {
  const messages: DecodedMessage[] = [];
  const entryAt = entriesOf(bytes, aborted, place, room);
  let at = 0;
  let behind: bigint | null = null;
  while (at < bytes.length && !room.isClosed()) {
    const takenBefore = room.taken;
    try {
      const entry = entryAt(at);
      // Brokers cut off what exceeds the size of an answer, but never the first entry: they would rather send nothing.
      if (entry === null && messages.length > 0) break;
      if (entry === null) throw unknownAt(place, 'is broken: there is no batch of any known format');
      if (behind !== null && entry.baseOffset <= behind)
        throw unknownAt(place, 'is broken: its offsets are not behind those of the batch before it');
      if (entry.lastOffset >= place.from) {
        const read = await entry.read();
        for (const message of read) messages.push(message);
        if (read.length === 0 && room.take(NOTHING)) messages.push(nothingAt(entry));
      }
      behind = entry.lastOffset;
      at = entry.end;
      if (messages.length === 0 && at >= bytes.length && !room.isClosed())
        throw unknownAt(place, 'is broken: its offsets lie before those that were asked for');
    } catch (error) {
      if (takenBefore === 0) throw error;
      room.close();
    }
  }
  return messages;
}

/** Gives what begins at a place; null if it isn't there to its end. Throws UnreadableBatch if it is damaged. */
function entriesOf(
  bytes: Buffer,
  aborted: readonly AbortedTransaction[],
  place: FetchedFrom,
  room: Room,
): (at: number) => Entry | null {
  const transactions = followAborted(aborted);
  return (at) => {
    switch (magicAt(bytes, at)) {
      case MAGIC: {
        const header = headerAt(bytes, at);
        if (header === null) return null;
        // Before anything of it is believed: the offsets, too, may be what is damaged.
        if (!isIntact(bytes, at, header)) {
          const { baseOffset, lastOffset } = header;
          const said = `its header speaks of the offsets ${String(baseOffset)} to ${String(lastOffset)}`;
          throw unknownAt(place, `is broken: its checksum is wrong (${said})`);
        }
        const isAborted = transactions.cover(header);
        const read = async (): Promise<DecodedMessage[]> => {
          if (isAborted) return [];
          const messages = await readBatch(header, bytes.subarray(header.start, header.end), place, room);
          if (header.context.isControlBatch) for (const { key } of messages) transactions.marked(header, key);
          return messages;
        };
        return { ...header, read };
      }
      case 0:
      case 1: {
        const message = oldMessageAt(bytes, at);
        if (message === null) return null;
        const { offset, end } = message;
        if (!message.isIntact)
          throw unknownAt(
            place,
            `is broken: its checksum is wrong (its header speaks of the offset ${String(offset)})`,
          );
        // The first offset in a compressed one isn't known before it is decompressed, and only the last is needed.
        return {
          baseOffset: offset,
          lastOffset: offset,
          end,
          read: () => readOldMessage(message, place, room),
        };
      }
      case null:
      default:
        return null;
    }
  };
}

/** Where no offset in the bytes can be trusted. */
function unknownAt(place: FetchedFrom, why: string): UnreadableBatch {
  return new UnreadableBatch(place, `the offset ${String(place.from)} or one soon after it`, why);
}

/** What stepping over a batch takes of the room. */
const NOTHING = footprintOf(0, 0);

function nothingAt({ lastOffset }: Entry): DecodedMessage {
  return {
    key: null,
    value: null,
    headers: {},
    attributes: 0,
    timestamp: '0',
    offset: lastOffset.toString(),
    isControlRecord: true,
    batchContext: { firstOffset: lastOffset.toString(), firstTimestamp: '0' },
  };
}
