import { broken, tooLarge } from './failure.js';

/** What a codec has decompressed so far. It grows as needed and never beyond its bound. */
export interface Output {
  readonly length: number;
  /** Appends `bytes` from `start` to before `end`; the caller has looked that they are there. */
  literal(bytes: Buffer, start: number, end: number): void;
  /** Appends again what came `distance` bytes ago. `length` may exceed `distance`: then what is appended repeats. */
  copy(distance: number, length: number): void;
  /** All of it, not copied. */
  bytes(): Buffer;
}

/** How many times as large as compressed bytes what they become usually is, at most. */
export const USUAL_RATIO = 4;

/** Begins with memory for `expectedBytes`. Each appending throws CompressionFailure if there would be more than `maxBytes`. */
export function createOutput(expectedBytes: number, maxBytes: number): Output {
  let buffer = Buffer.allocUnsafeSlow(Math.min(expectedBytes, maxBytes));
  let length = 0;

  function makeRoomFor(count: number): void {
    const needed = length + count;
    if (needed > maxBytes) throw tooLarge(maxBytes);
    if (needed <= buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.min(maxBytes, Math.max(needed, 2 * buffer.length)));
    buffer.copy(larger, 0, 0, length);
    buffer = larger;
  }

  return {
    get length() {
      return length;
    },
    literal: (bytes, start, end) => {
      makeRoomFor(end - start);
      bytes.copy(buffer, length, start, end);
      length += end - start;
    },
    copy: (distance, count) => {
      if (distance === 0 || distance > length) throw broken('it refers to what is not there');
      makeRoomFor(count);
      const start = length - distance;
      const end = length + count;
      while (length < end) {
        // What was just written can be copied too, so an overlapping copy doubles with each step.
        const step = Math.min(end - length, length - start);
        buffer.copyWithin(length, start, start + step);
        length += step;
      }
    },
    bytes: () => buffer.subarray(0, length),
  };
}
