import { footprintOf } from './footprint.js';
import { notRecords, RecordReader } from './record-reader.js';
import type { Room } from './room.js';

/** Consecutive records in the bytes of a batch. */
export interface RecordRange {
  /** Where the first begins, and where the last ends. */
  readonly start: number;
  readonly end: number;
  readonly count: number;
  /** Those with more headers than are kept, by their place among the `count`. */
  readonly crowded: ReadonlyMap<number, CrowdedRecord>;
}

export interface CrowdedRecord {
  /** Where the number of headers stands, in bytes behind the record's length. */
  readonly headersAt: number;
  readonly headers: number;
}

export interface RecordsWanted {
  /** How many records the batch says that it has. */
  readonly count: number;
  /** Of those, the ones before this offset are not wanted; it is counted from the batch's own, and may be below it. */
  readonly fromDelta: number;
  /** The highest offset that the batch stands for, counted so. */
  readonly lastDelta: number;
}

/**
 * As many headers of a record are kept. Each takes two hundred bytes as an object and as few as two on the wire, so a record of 1 MB could
 * take a hundred times as much; so many take 16 MiB.
 */
export const MAX_HEADERS = 65_536;

/**
 * The records of a batch that are wanted and have room. Looks at lengths alone, so what is passed over costs little. Throws if the bytes
 * are no such records: what reads them afterwards needn't look.
 *
 * A record is its length, a byte, its time, its offset in the batch, key, value, and headers with their number before them; all numbers
 * are varints.
 */
export function recordsToTake(
  bytes: Buffer,
  { count, fromDelta, lastDelta }: RecordsWanted,
  room: Room,
): RecordRange {
  const reader = new RecordReader(bytes);
  const crowded = new Map<number, CrowdedRecord>();
  let start = 0;
  let end = 0;
  let taken = 0;
  let deltaBefore = -1;
  for (let index = 0; index < count; index += 1) {
    const begin = reader.at;
    const endOfRecord = reader.endOfSized();
    const content = reader.at;
    reader.skip(1);
    reader.varint();
    const delta = reader.varint();
    if (delta <= deltaBefore || delta > lastDelta) throw notRecords();
    deltaBefore = delta;
    if (delta >= fromDelta) {
      reader.skipSized();
      reader.skipSized();
      const headersAt = reader.at - content;
      const headers = skipHeaders(reader);
      if (reader.at !== endOfRecord) throw notRecords();
      const isCrowded = headers > MAX_HEADERS;
      if (!room.take(footprintOf(endOfRecord - begin, isCrowded ? 1 : headers))) {
        return { start, end, count: taken, crowded };
      }
      if (isCrowded) crowded.set(taken, { headersAt, headers });
      if (taken === 0) start = begin;
      end = endOfRecord;
      taken += 1;
    }
    reader.moveTo(endOfRecord);
  }
  if (count < 0 || reader.at !== bytes.length) throw notRecords();
  return { start, end, count: taken, crowded };
}

/** Returns how many there were. */
function skipHeaders(reader: RecordReader): number {
  const headers = reader.varint();
  if (headers < 0) throw notRecords();
  for (let index = 0; index < headers; index += 1) {
    reader.skipSized();
    reader.skipSized();
  }
  return headers;
}
