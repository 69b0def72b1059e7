import Decoder from 'kafkajs/src/protocol/decoder.js';
import type { DecodedMessage } from 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js';
import decodeRecord from 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js';
import { messageOf } from '../errors.js';
import { codecOf, decompress } from './compression/codecs.js';
import { isOutOfMemory } from './compression/failure.js';
import { BatchRecord } from './batch-record.js';
import type { FetchedFrom } from './fetched-records.js';
import type { BatchHeader } from './record-batch.js';
import { RecordReader } from './record-reader.js';
import type { CrowdedRecord } from './records.js';
import { recordsToTake } from './records.js';
import type { Room } from './room.js';
import { NoMemoryForBatch, UnreadableBatch } from './unreadable-batch.js';

/** The only header of a message that came with too many to be kept: how many they were. The message itself stays where it was read. */
export const HEADERS_OMITTED = 'headers_omitted';
const OMITTED = Symbol('headers were omitted');

/** How many headers a message came with if they were too many to be kept, else null. */
export function headersOmitted(message: object): string | null {
  const omitted: unknown = Reflect.get(message, OMITTED);
  return typeof omitted === 'string' ? omitted : null;
}

/**
 * The messages of a batch, whose records are `bytes`, from the offset on that was asked for, as far as there is room. Rejects with
 * ReadingStopped.
 */
export async function readBatch(
  header: BatchHeader,
  bytes: Buffer,
  place: FetchedFrom,
  room: Room,
): Promise<DecodedMessage[]> {
  // Compaction leaves the header of a batch, and in it the name of a codec, when it has taken all records.
  if (header.records === 0 && bytes.length === 0) return [];
  try {
    const codec = codecOf(header.attributes);
    const records = codec === null ? bytes : await decompress(codec, bytes);
    return decodeRecords(records, header, place, room);
  } catch (error) {
    const offsets = `the offsets ${String(header.baseOffset)} to ${String(header.lastOffset)}`;
    throw isOutOfMemory(error)
      ? new NoMemoryForBatch(place, offsets, error)
      : new UnreadableBatch(place, offsets, messageOf(error), error);
  }
}

function decodeRecords(
  records: Buffer,
  header: BatchHeader,
  place: FetchedFrom,
  room: Room,
): DecodedMessage[] {
  const { start, end, count, crowded } = recordsToTake(
    records,
    {
      count: header.records,
      fromDelta: Number(place.from - header.baseOffset),
      lastDelta: header.context.lastOffsetDelta,
    },
    room,
  );
  const taken = withoutTheRest(records.subarray(start, end));
  const reader = new RecordReader(taken);
  const messages: DecodedMessage[] = [];
  for (let index = 0; index < count; index += 1) {
    const endOfRecord = reader.endOfSized();
    const begin = reader.at;
    reader.moveTo(endOfRecord);
    const tooMany = crowded.get(index);
    messages.push(
      tooMany === undefined
        ? new BatchRecord(taken, begin, endOfRecord, offsetIn(taken, begin, header), header.context)
        : withoutHeaders(taken.subarray(begin, endOfRecord), tooMany, header),
    );
  }
  return messages;
}

function offsetIn(bytes: Buffer, begin: number, { baseOffset }: BatchHeader): string {
  const reader = new RecordReader(bytes, begin + 1);
  reader.varint();
  return (baseOffset + BigInt(reader.varint())).toString();
}

function withoutHeaders(
  record: Buffer,
  { headersAt, headers }: CrowdedRecord,
  { context }: BatchHeader,
): DecodedMessage {
  const rest = Buffer.concat([record.subarray(0, headersAt), NO_HEADERS]);
  const message = decodeRecord(new Decoder(rest), context);
  const omitted = String(headers);
  return Object.assign(message, { [OMITTED]: omitted, headers: { [HEADERS_OMITTED]: Buffer.from(omitted) } });
}

/** The number of headers, as a varint. */
const NO_HEADERS = Buffer.from([0]);

/** A message keeps alive all memory that its bytes lie in, so what was decompressed beyond what is taken must not be part of it. */
function withoutTheRest(bytes: Buffer): Buffer {
  if (bytes.length >= bytes.buffer.byteLength / 2) return bytes;
  // Not `Buffer.from`: that takes small ones from a pool, whose memory is shared.
  const own = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(own);
  return own;
}
