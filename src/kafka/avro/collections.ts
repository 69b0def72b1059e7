import avro from 'avsc';
import type { Reader, Tap } from './tap.js';
import { readText } from './text.js';

/**
 * Maps and arrays that believe no declared length. avsc reads as many entries as a message says that it has, also past its end: ten bytes
 * are enough to keep the process busy for hours, or to allocate gigabytes. Here a block must fit into the bytes that are left.
 */
export class BoundedMap extends avro.types.MapType {
  _read(tap: Tap): Record<string, unknown> {
    // Also a resolver's method: `this` is then the resolver, and `valuesType` the resolver of the values.
    const values = this.valuesType as Reader;
    const entries: [string, unknown][] = [];
    for (let left = blockSize(tap); left > 0; left = blockSize(tap)) {
      for (; left > 0; left--) entries.push([readText(tap), values._read(tap)]);
    }
    return Object.fromEntries(entries);
  }

  _skip(tap: Tap): void {
    const values = this.valuesType as Reader;
    for (let left = blockSize(tap); left > 0; left = blockSize(tap)) {
      for (; left > 0; left--) {
        tap.skipString();
        values._skip(tap);
      }
    }
  }
}

export class BoundedArray extends avro.types.ArrayType {
  _read(tap: Tap): unknown[] {
    const items = this.itemsType as unknown as Reader;
    const read: unknown[] = [];
    for (let left = blockSize(tap); left > 0; left = blockSize(tap)) {
      for (; left > 0; left--) read.push(items._read(tap));
    }
    return read;
  }

  _skip(tap: Tap): void {
    const items = this.itemsType as unknown as Reader;
    for (let left = blockSize(tap); left > 0; left = blockSize(tap)) {
      for (; left > 0; left--) items._skip(tap);
    }
  }
}

/** The entries of the next block, 0 at the end. A negative count is followed by the block's size in bytes, which isn't needed. */
function blockSize(tap: Tap): number {
  const declared = tap.readLong();
  if (declared < 0) tap.skipLong();
  const entries = Math.abs(declared);
  if (!(entries <= tap.buf.length - tap.pos))
    throw new RangeError('a collection that is larger than its message');
  return entries;
}
