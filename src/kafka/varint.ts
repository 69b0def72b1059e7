/**
 * Numbers in Kafka's records: seven bits a byte, the lowest first, of twice the number, since the last bit has its sign (zigzag). Here only
 * those that are lengths, numbers of things and places, and the -1 that stands for what is absent.
 */
const ABSENT = 1;

/** How many bytes a number takes, which is below 2^31 and not negative. */
export function sizeOfVarint(value: number): number {
  if (value < 2 ** 6) return 1;
  if (value < 2 ** 13) return 2;
  if (value < 2 ** 20) return 3;
  return value < 2 ** 27 ? 4 : 5;
}

/** How many bytes some bytes take with their length before them, or null with the mark of what is absent. */
export function sizeOfBytes(value: { readonly length: number } | null): number {
  return value === null ? 1 : sizeOfVarint(value.length) + value.length;
}

/** Writes a number, which is below 2^31 and not negative, at `at`; gives the place after it. */
export function putVarint(bytes: Buffer, value: number, at: number): number {
  let next = at;
  let rest = (value << 1) >>> 0;
  for (; rest > 0x7f; rest >>>= 7) {
    bytes[next] = (rest & 0x7f) | 0x80;
    next += 1;
  }
  bytes[next] = rest;
  return next + 1;
}

/** Writes bytes with their length before them, or the mark of what is absent; gives the place after them. */
export function putBytes(bytes: Buffer, value: Uint8Array | null, at: number): number {
  if (value === null) {
    bytes[at] = ABSENT;
    return at + 1;
  }
  const next = putVarint(bytes, value.length, at);
  bytes.set(value, next);
  return next + value.length;
}
