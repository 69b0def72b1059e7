import type { Tap } from './tap.js';

/** What it has cost so far to read one message. */
export interface Effort {
  steps: number;
  /** Entries of collections that took no bytes. */
  empty: number;
  /** How many records the one that is read lies in. */
  depth: number;
}

/**
 * How much reading a message may cost, by its bytes. A step is an entry of a collection, a record or a field of a record. Honest values need
 * less than one or two a byte; what is free is for values of hardly any bytes.
 */
const STEPS_PER_BYTE = 8;
const FREE_STEPS = 10_000;
/** An entry may be of a type without bytes, such as a null. Nobody needs many of them. */
export const MAX_EMPTY_ENTRIES = 256;
/** How deep records may lie in records. Only recursive schemas get so far, and JavaScript's stack ends at some thousands. */
const MAX_DEPTH = 200;

/** Counts an entry that began at `begin`. Throws a RangeError if it lies beyond the message, or if there were too many. */
export function countEntry(tap: Tap, begin: number): void {
  countSteps(tap, 1);
  if (tap.pos !== begin) return;
  const effort = effortOf(tap);
  effort.empty += 1;
  if (effort.empty > MAX_EMPTY_ENTRIES) throw new RangeError('too many entries without a byte');
}

/** Counts a record of so many fields and reads it. Throws a RangeError if it begins beyond the message, lies too deep, or is one too many. */
export function inRecord<Value>(tap: Tap, fields: number, read: () => Value): Value {
  countSteps(tap, 1 + fields);
  const effort = effortOf(tap);
  effort.depth += 1;
  if (effort.depth > MAX_DEPTH) throw new RangeError('records that lie too deep in each other');
  const value = read();
  effort.depth -= 1;
  return value;
}

function countSteps(tap: Tap, steps: number): void {
  // avsc reads zeros beyond the end, and looks only when all is read. A position can also be NaN.
  if (!(tap.pos <= tap.buf.length)) throw new RangeError('a value that is longer than its message');
  const effort = effortOf(tap);
  effort.steps += steps;
  if (effort.steps > FREE_STEPS + STEPS_PER_BYTE * tap.buf.length)
    throw new RangeError('a value that takes far more steps than it has bytes');
}

/** Kept with the reader, of which there is one a message. */
function effortOf(tap: Tap): Effort {
  return (tap.effort ??= { steps: 0, empty: 0, depth: 0 });
}
