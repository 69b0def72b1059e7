import avro from 'avsc';
import { countEntry, MAX_EMPTY_ENTRIES } from './effort.js';
import type { Reader, Tap } from './tap.js';
import { readText } from './text.js';

/**
 * Maps and arrays that believe no declared length. avsc reads as many entries as a message says that it has, also past its end: ten bytes
 * are enough to keep the process busy for hours, or to allocate gigabytes. Here an entry must lie within the message, and all that a
 * message has are counted: a collection may come in many blocks, lie in another one, and be of what takes no bytes.
 */
export class BoundedMap extends avro.types.MapType {
  _read(tap: Tap): Record<string, unknown> {
    // Also a resolver's method: `this` is then the resolver, and `valuesType` the resolver of the values.
    const values = this.valuesType as Reader;
    const entries: [string, unknown][] = [];
    eachEntry(tap, () => entries.push([readText(tap), values._read(tap)]));
    return Object.fromEntries(entries);
  }

  _skip(tap: Tap): void {
    const values = this.valuesType as Reader;
    eachEntry(tap, () => {
      tap.skipString();
      values._skip(tap);
    });
  }
}

export class BoundedArray extends avro.types.ArrayType {
  _read(tap: Tap): unknown[] {
    const items = this.itemsType as unknown as Reader;
    const read: unknown[] = [];
    eachEntry(tap, () => read.push(items._read(tap)));
    return read;
  }

  _skip(tap: Tap): void {
    const items = this.itemsType as unknown as Reader;
    eachEntry(tap, () => {
      items._skip(tap);
    });
  }
}

/** Goes through the blocks of a collection, and calls `entry` to read each entry. */
function eachEntry(tap: Tap, entry: () => void): void {
  for (let left = blockSize(tap); left > 0; left = blockSize(tap)) {
    for (; left > 0; left--) {
      const begin = tap.pos;
      entry();
      countEntry(tap, begin);
    }
  }
}

/** The entries of the next block, 0 at the end. A negative count is followed by the block's size in bytes, which isn't needed. */
function blockSize(tap: Tap): number {
  const declared = tap.readLong();
  if (declared < 0) tap.skipLong();
  const entries = Math.abs(declared);
  if (!(entries <= tap.buf.length - tap.pos + MAX_EMPTY_ENTRIES))
    throw new RangeError('a collection that is larger than its message');
  return entries;
}
