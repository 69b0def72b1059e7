import { footprintOf } from './footprint.js';
import type { Room } from './room.js';

/** Consecutive records in the bytes of a batch. */
export interface RecordRange {
  /** Where the first begins, and where the last ends. */
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

export interface RecordsWanted {
  /** How many records the batch says that it has. */
  readonly count: number;
  /** Of those, the ones before this offset are not wanted; it is counted from the batch's own, and may be below it. */
  readonly fromDelta: number;
}

/**
 * The records of a batch that are wanted and have room. Looks at lengths alone, so what is passed over costs little. Throws if the bytes
 * are no such records: what reads them afterwards needn't look.
 *
 * A record is its length, a byte, its time, its offset in the batch, key, value, and headers with their number before them; all numbers
 * are varints.
 */
export function recordsToTake(bytes: Buffer, { count, fromDelta }: RecordsWanted, room: Room): RecordRange {
  const reader = createReader(bytes);
  let start = 0;
  let end = 0;
  let taken = 0;
  for (let index = 0; index < count; index += 1) {
    const begin = reader.at;
    const endOfRecord = reader.endOfSized();
    reader.skip(1);
    reader.varint();
    const delta = reader.varint();
    if (delta >= fromDelta) {
      reader.skipSized();
      reader.skipSized();
      const headers = skipHeaders(reader);
      if (reader.at !== endOfRecord) throw notRecords();
      if (!room.take(footprintOf(endOfRecord - begin, headers))) break;
      if (taken === 0) start = begin;
      end = endOfRecord;
      taken += 1;
    }
    reader.moveTo(endOfRecord);
  }
  return { start, end, count: taken };
}

/** Returns how many there were. */
function skipHeaders(reader: Reader): number {
  const headers = reader.varint();
  if (headers < 0) throw notRecords();
  for (let index = 0; index < headers; index += 1) {
    reader.skipSized();
    reader.skipSized();
  }
  return headers;
}

interface Reader {
  readonly at: number;
  moveTo(at: number): void;
  skip(bytes: number): void;
  varint(): number;
  /** Reads a length, and returns where what is so long ends. */
  endOfSized(): number;
  /** Passes over bytes with their length before them; the length of null is -1. */
  skipSized(): void;
}

/** Throws where the bytes end too early. */
function createReader(bytes: Buffer): Reader {
  let at = 0;

  function moveTo(next: number): void {
    if (next < at || next > bytes.length) throw notRecords();
    at = next;
  }

  function varint(): number {
    let zigzag = 0;
    // Beyond 53 bits it isn't exact; that is so for times alone, which nobody here asks for.
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at];
      if (byte === undefined || factor > LONGEST) throw notRecords();
      at += 1;
      zigzag += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
    }
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  }

  return {
    get at() {
      return at;
    },
    moveTo,
    skip: (count) => {
      moveTo(at + count);
    },
    varint,
    endOfSized: () => {
      const length = varint();
      return at + length;
    },
    skipSized: () => {
      const length = varint();
      moveTo(at + Math.max(0, length));
    },
  };
}

/** The factor of the tenth byte of a varint, which is the last that one of 64 bits can have. */
const LONGEST = 128 ** 9;

function notRecords(): Error {
  return new Error('is broken: its records are not laid out as records are');
}
