import { broken, tooLarge } from './failure.js';
import type { Output } from './output.js';
import { createOutput, USUAL_RATIO } from './output.js';

/**
 * Snappy as Kafka's clients write it: Java in the framing of snappy-java ("xerial"), others, such as librdkafka, as one bare block.
 *
 * The framing is a header of 16 bytes (the magic and two versions) and then chunks, each a length of 4 bytes and a block. A block is
 * how long it becomes, as a varint, and then elements: bytes as they are, or a copy of what came before.
 *
 * Throws CompressionFailure if the bytes are none of this, or would become more than `maxBytes`.
 */
export function unsnappy(bytes: Buffer, maxBytes: number): Buffer {
  const output = createOutput(USUAL_RATIO * bytes.length, maxBytes);
  if (!hasHeader(bytes, 0)) {
    readBlock(bytes, output, maxBytes);
    return output.bytes();
  }
  let at = HEADER_BYTES;
  while (at < bytes.length) {
    // Streams that were put one behind the other are read as one.
    if (hasHeader(bytes, at)) {
      at += HEADER_BYTES;
      continue;
    }
    if (at + 4 > bytes.length) throw tooShort();
    const end = at + 4 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw tooShort();
    readBlock(bytes.subarray(at + 4, end), output, maxBytes);
    at = end;
  }
  return output.bytes();
}

const MAGIC = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const HEADER_BYTES = MAGIC.length + 8;

function hasHeader(bytes: Buffer, at: number): boolean {
  return (
    at + HEADER_BYTES <= bytes.length && bytes.compare(MAGIC, 0, MAGIC.length, at, at + MAGIC.length) === 0
  );
}

function readBlock(block: Buffer, output: Output, maxBytes: number): void {
  const begin = output.length;
  const { value: length, next } = readVarint(block);
  if (begin + length > maxBytes) throw tooLarge(maxBytes);
  let at = next;
  while (at < block.length) {
    const tag = byteAt(block, at);
    const kind = tag & 3;
    if (kind === LITERAL) {
      const extra = Math.max(0, (tag >>> 2) - LONG_LITERAL);
      const start = at + 1 + extra;
      const count = 1 + (extra === 0 ? tag >>> 2 : littleEndian(block, at + 1, extra));
      if (start + count > block.length) throw tooShort();
      output.literal(block, start, start + count);
      at = start + count;
      continue;
    }
    const width = kind === NEAR_COPY ? 1 : 2 * (kind - 1);
    const low = littleEndian(block, at + 1, width);
    const distance = kind === NEAR_COPY ? ((tag >>> 5) << 8) | low : low;
    if (distance > output.length - begin) throw broken('it refers to what is not there');
    output.copy(distance, kind === NEAR_COPY ? 4 + ((tag >>> 2) & 7) : 1 + (tag >>> 2));
    at += 1 + width;
  }
  if (output.length - begin !== length) throw broken('it does not become as long as it says');
}

/** The kinds of elements, in the lowest two bits: 2 and 3 are copies with distances of 2 and 4 bytes. */
const LITERAL = 0;
const NEAR_COPY = 1;
/** In the other bits of a literal: above it, the length stands in so many bytes more behind the tag. */
const LONG_LITERAL = 59;

function readVarint(block: Buffer): { readonly value: number; readonly next: number } {
  let value = 0;
  for (let at = 0; at < 5; at += 1) {
    const byte = byteAt(block, at);
    value += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return { value, next: at + 1 };
  }
  throw broken('its length is none');
}

function byteAt(block: Buffer, at: number): number {
  const byte = block[at];
  if (byte === undefined) throw tooShort();
  return byte;
}

function littleEndian(block: Buffer, at: number, width: number): number {
  if (at + width > block.length) throw tooShort();
  return block.readUIntLE(at, width);
}

function tooShort(): Error {
  return broken('it ends too early');
}
