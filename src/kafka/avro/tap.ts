import type { Effort } from './effort.js';

/** The part of avsc's reader that its types read from: the bytes and how far they are read. Overruns leave `pos` beyond the end. */
export interface Tap {
  readonly buf: Buffer;
  pos: number;
  /** Ours: what has been read so far. */
  effort?: Effort;
  readLong(): number;
  skipLong(): void;
  skipString(): void;
  writeString(text: string): void;
}

/** A type or a resolver, as avsc reads and skips with it. */
export interface Reader {
  _read(tap: Tap): unknown;
  _skip(tap: Tap): void;
}
