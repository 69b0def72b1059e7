import { unzipSync } from 'node:zlib';
import { messageOf } from '../../errors.js';
import { broken, isOutOfMemory, tooLarge } from './failure.js';

/** Throws CompressionFailure if the bytes are no gzip, or would become more than `maxBytes`. */
export function gunzip(bytes: Buffer, maxBytes: number): Buffer {
  try {
    return unzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if (isOutOfMemory(error)) throw error;
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    throw isTooLarge ? tooLarge(maxBytes) : broken(messageOf(error), error);
  }
}
