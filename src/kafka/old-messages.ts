import { crc32 } from 'node:zlib';
import type { DecodedMessage } from 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js';
import { messageOf } from '../errors.js';
import { codecOf, decompress } from './compression/codecs.js';
import { broken, isOutOfMemory } from './compression/failure.js';
import type { FetchedFrom } from './fetched-records.js';
import { footprintOf } from './footprint.js';
import { BEFORE_LENGTH_COUNTS, magicAt } from './record-batch.js';
import type { Room } from './room.js';
import { NoMemoryForBatch, UnreadableBatch } from './unreadable-batch.js';

/**
 * A message of the formats 0 and 1, which brokers before 0.11 stored and newer ones send as they are. Its value may be other messages,
 * compressed; then its offset is the last one's.
 */
export interface OldMessage {
  readonly offset: bigint;
  /** Where the next one begins. */
  readonly end: number;
  readonly magic: 0 | 1;
  readonly attributes: number;
  /** In ms; null in format 0, which has none. */
  readonly timestamp: bigint | null;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** Whether the checksum is right, which covers all but offset, length and itself. */
  readonly isIntact: boolean;
}

/** Checksum, format and attributes, then key and value with their lengths before them; in format 1 the time lies between. */
const KEY_AT = [18, 26] as const;
const CHECKSUM_AT = 12;
const CHECKED_FROM = 16;
const ATTRIBUTES_AT = 17;
const TIMESTAMP_AT = 18;

/** The message at `at`; null if it isn't there to its end, or is of a newer format. */
export function oldMessageAt(bytes: Buffer, at: number): OldMessage | null {
  const magic = magicAt(bytes, at);
  if (magic !== 0 && magic !== 1) return null;
  const end = at + BEFORE_LENGTH_COUNTS + bytes.readInt32BE(at + 8);
  const keyAt = at + KEY_AT[magic];
  if (end > bytes.length || end < keyAt + 8) return null;
  const isIntact = crc32(bytes.subarray(at + CHECKED_FROM, end)) === bytes.readUInt32BE(at + CHECKSUM_AT);
  const offset = bytes.readBigInt64BE(at);
  const key = sizedAt(bytes, keyAt, end);
  const value = key === null ? null : sizedAt(bytes, key.end, end);
  if (key === null || value?.end !== end) return isIntact ? null : { ...DAMAGED, offset, end };
  return {
    offset,
    end,
    magic,
    attributes: bytes.readInt8(at + ATTRIBUTES_AT),
    timestamp: magic === 0 ? null : bytes.readBigInt64BE(at + TIMESTAMP_AT),
    key: key.content,
    value: value.content,
    isIntact,
  };
}

const DAMAGED = {
  magic: 0,
  attributes: 0,
  timestamp: null,
  key: null,
  value: null,
  isIntact: false,
} as const;

/** Bytes with their length before them, of which -1 stands for null; null if they don't end before `limit`. */
function sizedAt(
  bytes: Buffer,
  at: number,
  limit: number,
): { readonly content: Buffer | null; readonly end: number } | null {
  if (at + 4 > limit) return null;
  const length = bytes.readInt32BE(at);
  const start = at + 4;
  if (length === -1) return { content: null, end: start };
  return length < 0 || start + length > limit
    ? null
    : { content: bytes.subarray(start, start + length), end: start + length };
}

/** The message, or those that are compressed in it, as far as they are wanted and there is room. Rejects with ReadingStopped. */
export async function readOldMessage(
  message: OldMessage,
  place: FetchedFrom,
  room: Room,
): Promise<DecodedMessage[]> {
  try {
    const codec = codecOf(message.attributes);
    if (codec === null) return take([message], place, room);
    const bytes = await decompress(codec, message.value ?? Buffer.alloc(0));
    return take(withPlaceAndTimeOf(message, bytes), place, room);
  } catch (error) {
    const which = `the offset ${String(message.offset)}`;
    throw isOutOfMemory(error)
      ? new NoMemoryForBatch(place, which, error)
      : new UnreadableBatch(place, which, messageOf(error), error);
  }
}

function take(messages: Iterable<OldMessage>, { from }: FetchedFrom, room: Room): DecodedMessage[] {
  const taken: DecodedMessage[] = [];
  for (const message of messages) {
    if (message.offset < from) continue;
    if (!room.take(footprintOf((message.key?.length ?? 0) + (message.value?.length ?? 0), 0))) break;
    taken.push(decoded(message));
  }
  return taken;
}

/** Those that are compressed in a message, one by one: there can be millions. Throws if they are broken. */
function* messagesIn({ magic }: OldMessage, bytes: Buffer): Generator<OldMessage> {
  for (let at = 0; at < bytes.length;) {
    const message = oldMessageAt(bytes, at);
    if (message?.magic !== magic || !message.isIntact || codecOf(message.attributes) !== null)
      throw broken('what it holds are no messages');
    yield message;
    at = message.end;
  }
}

/** In format 1, offsets count from the first, and times may be the one at which the broker appended them all. */
function* withPlaceAndTimeOf(wrapper: OldMessage, bytes: Buffer): Generator<OldMessage> {
  let last: bigint | null = null;
  for (const { offset } of messagesIn(wrapper, bytes)) {
    if (last !== null && offset <= last) throw broken('the offsets in it do not rise');
    last = offset;
  }
  if (last === null) throw broken('it holds no messages');
  const base = wrapper.magic === 0 ? 0n : wrapper.offset - last;
  const isAppendTime = wrapper.magic === 1 && (wrapper.attributes & APPEND_TIME) !== 0;
  for (const message of messagesIn(wrapper, bytes))
    yield {
      ...message,
      // Of its own memory: else it would keep alive all that was decompressed with it.
      key: message.key === null ? null : Buffer.from(message.key),
      value: message.value === null ? null : Buffer.from(message.value),
      offset: message.offset + base,
      ...(isAppendTime && { timestamp: wrapper.timestamp }),
    };
}

/** The bit of the attributes that says that the time is the broker's. */
const APPEND_TIME = 0x08;

function decoded({ key, value, attributes, offset, timestamp }: OldMessage): DecodedMessage {
  const time = String(timestamp ?? NO_TIME);
  return {
    key,
    value,
    headers: {},
    attributes,
    timestamp: time,
    offset: offset.toString(),
    isControlRecord: false,
    batchContext: { firstOffset: offset.toString(), firstTimestamp: time },
  };
}

/** What Kafka says for a message without a time. */
const NO_TIME = -1n;
