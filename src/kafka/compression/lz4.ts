import { broken } from './failure.js';
import type { Output } from './output.js';
import { createOutput, USUAL_RATIO } from './output.js';

/**
 * One frame of LZ4, as Kafka's clients write it; what comes after it counts for nothing, as in Kafka's own reader.
 *
 * A frame is the magic, a descriptor (flags, the size of blocks, perhaps the size of the content and the id of a dictionary, a
 * checksum), then blocks, each with its length before it, until a length of 0. The checksums are not looked at: Kafka has its own.
 *
 * Throws CompressionFailure if the bytes are none of this, or would become more than `maxBytes`.
 */
export function unlz4(bytes: Buffer, maxBytes: number): Buffer {
  const output = createOutput(USUAL_RATIO * bytes.length, maxBytes);
  if (wordAt(bytes, 0) !== MAGIC) throw broken('it is no LZ4 frame');
  const flags = byteAt(bytes, 4);
  if ((flags & VERSION_BITS) !== VERSION) throw broken('it is of another version of LZ4');
  if ((flags & HAS_DICTIONARY) !== 0) throw broken('it needs a dictionary');
  let at = DESCRIPTOR_END + ((flags & HAS_CONTENT_SIZE) === 0 ? 0 : 8);
  const afterBlock = (flags & HAS_BLOCK_CHECKSUMS) === 0 ? 0 : 4;
  for (;;) {
    const word = wordAt(bytes, at);
    if (word === 0) return output.bytes();
    const isPlain = word >= PLAIN;
    const start = at + 4;
    const end = start + (isPlain ? word - PLAIN : word);
    if (end > bytes.length) throw tooShort();
    if (isPlain) output.literal(bytes, start, end);
    else readBlock(bytes.subarray(start, end), output);
    at = end + afterBlock;
  }
}

const MAGIC = 0x184d2204;
const VERSION_BITS = 0xc0;
const VERSION = 0x40;
const HAS_BLOCK_CHECKSUMS = 0x10;
const HAS_CONTENT_SIZE = 0x08;
const HAS_DICTIONARY = 0x01;
/** After the magic, the flags, the size of blocks and the descriptor's checksum. */
const DESCRIPTOR_END = 7;
/** The highest bit of a block's length says that the block is not compressed. */
const PLAIN = 0x80000000;

/** A block is sequences: bytes as they are, then a copy of what came before. The last one has no copy. */
function readBlock(block: Buffer, output: Output): void {
  let at = 0;
  while (at < block.length) {
    const token = byteAt(block, at);
    const literals = readLength(block, at + 1, token >>> 4);
    const end = literals.next + literals.length;
    if (end > block.length) throw tooShort();
    output.literal(block, literals.next, end);
    if (end === block.length) return;
    const distance = byteAt(block, end) | (byteAt(block, end + 1) << 8);
    const copy = readLength(block, end + 2, token & MOST_IN_TOKEN);
    output.copy(distance, copy.length + LEAST_COPY);
    at = copy.next;
  }
}

/** A length of which the token has no more than this goes on in bytes behind it, as long as they are full. */
const MOST_IN_TOKEN = 15;
const LEAST_COPY = 4;

function readLength(
  block: Buffer,
  at: number,
  inToken: number,
): { readonly length: number; readonly next: number } {
  let length = inToken;
  let next = at;
  if (inToken === MOST_IN_TOKEN) {
    let byte: number;
    do {
      byte = byteAt(block, next);
      length += byte;
      next += 1;
    } while (byte === 255);
  }
  return { length, next };
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw tooShort();
  return byte;
}

function wordAt(bytes: Buffer, at: number): number {
  if (at + 4 > bytes.length) throw tooShort();
  return bytes.readUInt32LE(at);
}

function tooShort(): Error {
  return broken('it ends too early');
}
