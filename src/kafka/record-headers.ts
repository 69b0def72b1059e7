import Decoder from 'kafkajs/src/protocol/decoder.js';

type Headers = Record<string, Buffer | null | (Buffer | null)[]>;

let mended = false;

/**
 * Mends how kafkajs 2.2.4 gathers the headers of a record. It copies all that it has gathered for each header that it adds: a record
 * of 60 kB with ten thousand headers keeps the process busy for a quarter of a minute, one of 1 MB for hours. Meanwhile the session
 * in the group runs out, the record goes to the next member, and so on: one such record is enough to stop a partition for good.
 *
 * The mended reader takes a time in proportion to the headers. What it gives is the same, but for a header whose name every object
 * inherits something under, such as `constructor`: kafkajs takes that for an earlier value. May be called more than once.
 */
export function mendRecordHeaders(): void {
  if (mended) return;
  mended = true;
  const read = Reflect.get(Decoder.prototype, 'readVarIntArray');
  Decoder.prototype.readVarIntArray = function <Item>(
    this: Decoder,
    reader: (from: Decoder) => Item,
  ): Item[] {
    // Of all that kafkajs reads, only headers are such an array, and all that it does with them is this reduction.
    return Object.defineProperty(read.call(this, reader) as Item[], 'reduce', { value: byName });
  };
}

function byName(this: readonly { readonly key: string; readonly value: Buffer | null }[]): Headers {
  // Without a prototype, so that a header may have any name.
  const headers = Object.create(null) as Headers;
  for (const { key, value } of this) {
    const earlier = headers[key];
    if (earlier === undefined) headers[key] = value;
    else if (Array.isArray(earlier)) earlier.push(value);
    else headers[key] = [earlier, value];
  }
  return headers;
}
