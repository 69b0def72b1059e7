import avro from 'avsc';

/** The range of an Avro long. Amounts in minor units can be anywhere in it; a JS number holds only 53 bits of it exactly. */
export function fitsInt64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

/** An Avro long as a `bigint`, over the whole 64-bit range. Refuses what does not fit; never wraps, never rounds. */
export const BIGINT_LONG = avro.types.LongType.__with(
  {
    fromBuffer: readVarint,
    toBuffer: writeVarint,
    fromJSON: (value: unknown): bigint => {
      const long = toBigint(value);
      if (long === null || !fitsInt64(long)) throw new RangeError('is no 64-bit integer');
      return long;
    },
    toJSON: (value: bigint): number | string =>
      Number.isSafeInteger(Number(value)) ? Number(value) : value.toString(),
    isValid: (value: unknown): boolean => typeof value === 'bigint' && fitsInt64(value),
    compare: (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0),
  },
  // Given the bytes as they are: avsc's own unpacking drops the bits beyond 64 in silence.
  true,
);

/** The longest varint of 64 bits: nine times seven bits and one more. */
const MAX_BYTES = 10;

function readVarint(bytes: Uint8Array): bigint {
  if (bytes.length <= EXACT_BYTES) return readExactly(bytes);
  if (bytes.length > MAX_BYTES) throw new RangeError('a long of more than 64 bits');
  let zigzag = 0n;
  for (const [index, byte] of bytes.entries()) zigzag |= BigInt(byte & 0x7f) << BigInt(7 * index);
  if (zigzag >= 1n << 64n) throw new RangeError('a long of more than 64 bits');
  return (zigzag >> 1n) ^ -(zigzag & 1n);
}

function writeVarint(value: bigint): Buffer {
  if (value >= -EXACT && value <= EXACT) return writeExactly(Number(value));
  let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
  const bytes: number[] = [];
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

/**
 * What real amounts and times are in: numbers, which have 53 bits, hold them and their zigzag form exactly. Of big integers each step makes
 * a new one.
 */
const EXACT_BYTES = 7;
const EXACT = 2n ** 51n;

function readExactly(bytes: Uint8Array): bigint {
  let zigzag = 0;
  for (let index = bytes.length - 1; index >= 0; index -= 1)
    zigzag = zigzag * 0x80 + ((bytes[index] ?? 0) & 0x7f);
  return BigInt(zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2);
}

function writeExactly(value: number): Buffer {
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  const bytes = Buffer.allocUnsafe(MAX_BYTES);
  let length = 0;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) {
    bytes[length] = (rest % 0x80) | 0x80;
    length += 1;
  }
  bytes[length] = rest;
  return bytes.subarray(0, length + 1);
}

/** Values from JSON (a schema's defaults) and ints of a writer's schema come as numbers; large ones as strings. */
function toBigint(value: unknown): bigint | null {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  if (typeof value === 'string' && /^-?\d+$/.test(value)) return BigInt(value);
  return null;
}
