import { broken, tooLarge } from './failure.js';
import { decompressFrames, loadLibzstd } from './libzstd.js';

/**
 * Frames of Zstandard. Kafka's clients don't say in them how much they hold, so the most that their blocks can become is reckoned first.
 *
 * Rejects with CompressionFailure if the bytes are no such frames, or would become more than `maxBytes`; with what `isOutOfMemory` knows
 * if there is no memory for them.
 */
export async function unzstd(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  const most = mostBytesIn(bytes);
  if (most === 0) return Buffer.alloc(0);
  const whole = decompressFrames(await loadLibzstd(), bytes, Math.min(most, maxBytes));
  switch (whole) {
    case 'no room':
      throw most > maxBytes ? tooLarge(maxBytes) : broken('libzstd finds more in it than it can hold');
    case 'broken':
      throw broken('libzstd refuses it');
    default:
      return whole;
  }
}

const MAGIC = 0xfd2fb528;
/** Of frames that hold nothing: 16 magics, which differ in the last digit. */
const SKIPPABLE = 0x184d2a50;
const MOST_IN_BLOCK = 131_072;

/** The most that frames can become. Raw and repeated blocks say it, of a compressed one only the format's limit is known. */
function mostBytesIn(bytes: Buffer): number {
  let most = 0;
  let at = 0;
  while (at < bytes.length) {
    const magic = numberAt(bytes, at, 4);
    if (magic - (magic % 16) === SKIPPABLE) {
      at += 8 + numberAt(bytes, at + 4, 4);
      continue;
    }
    if (magic !== MAGIC) throw broken('it is no Zstandard frame');
    const flags = numberAt(bytes, at + 4, 1);
    at += 5 + restOfHeader(flags);
    for (let isLast = false; !isLast;) {
      const block = numberAt(bytes, at, 3);
      const size = block >>> 3;
      isLast = (block & 1) === 1;
      switch ((block >>> 1) & 3) {
        case 0:
          most += size;
          at += 3 + size;
          break;
        case 1:
          most += size;
          at += 4;
          break;
        case 2:
          most += MOST_IN_BLOCK;
          at += 3 + size;
          break;
        default:
          throw broken('it has a block of no known kind');
      }
    }
    if ((flags & HAS_CHECKSUM) !== 0) at += 4;
  }
  return most;
}

const HAS_CHECKSUM = 0x04;

/** How many bytes of a frame's header come after its flags: the window, the id of a dictionary, the size of the content. */
function restOfHeader(flags: number): number {
  const isSingleSegment = (flags & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][flags & 3] ?? 0;
  const size = [isSingleSegment ? 1 : 0, 2, 4, 8][flags >>> 6] ?? 0;
  return (isSingleSegment ? 0 : 1) + dictionary + size;
}

function numberAt(bytes: Buffer, at: number, width: number): number {
  if (at + width > bytes.length) throw broken('it ends too early');
  return bytes.readUIntLE(at, width);
}
