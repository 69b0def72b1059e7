import { isUtf8 } from 'node:buffer';
import avro from 'avsc';
import type { Tap } from './tap.js';

/**
 * An Avro string that must be UTF-8. avsc would put U+FFFD in the place of bad bytes, and so turn a payment's id into another one.
 * Writing never fails for half a surrogate pair: it becomes U+FFFD, since an event must always be publishable.
 */
export class Utf8String extends avro.types.StringType {
  _read(tap: Tap): string {
    return readText(tap);
  }

  _write(tap: Tap, text: unknown): void {
    if (typeof text !== 'string') throw new TypeError(`a string is needed, not ${typeof text}`);
    tap.writeString(text.replaceAll(/\p{Surrogate}/gu, '\ufffd'));
  }
}

/** Reads a string that lies within the message and is UTF-8. */
export function readText(tap: Tap): string {
  const length = tap.readLong();
  const start = tap.pos;
  const end = start + length;
  if (!(length >= 0 && end <= tap.buf.length))
    throw new RangeError('a string that is longer than its message');
  tap.pos = end;
  const bytes = tap.buf.subarray(start, end);
  if (!isUtf8(bytes)) throw new RangeError('a string that is not UTF-8');
  return bytes.toString('utf8');
}
