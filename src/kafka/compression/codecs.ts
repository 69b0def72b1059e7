import kafkajs from 'kafkajs';
import { broken } from './failure.js';
import { gunzip } from './gzip.js';
import { unlz4 } from './lz4.js';
import { unsnappy } from './snappy.js';
import { unzstd } from './zstd.js';

export type Codec = 'gzip' | 'snappy' | 'lz4' | 'zstd';

/** By the numbers that Kafka has for them. */
const CODECS = [null, 'gzip', 'snappy', 'lz4', 'zstd'] as const;

/**
 * The most that one batch may become, in bytes. What brokers limit, by `max.message.bytes`, is the compressed batch, and 1 MB can become
 * gigabytes. A producer's batch is a few times as large as it is on the wire, so this is beyond all that is sent for a purpose.
 */
export const MAX_BATCH_BYTES = 64 * 1_024 * 1_024;

/** What the records of a batch are compressed with, by the batch's attributes; null if they aren't. Throws CompressionFailure. */
export function codecOf(attributes: number): Codec | null {
  const codec = CODECS[attributes & CODEC_BITS];
  if (codec === undefined) throw broken('its compression has no known name');
  return codec;
}

const CODEC_BITS = 0x07;

/**
 * Decompresses the records of one batch. None of the codecs gives control back while it works, so there is one batch at a time in
 * memory, whatever the number of brokers. Rejects with CompressionFailure if the bytes are broken, or become more than `maxBytes`; with
 * what `isOutOfMemory` knows if there is no memory for it.
 */
export async function decompress(codec: Codec, bytes: Buffer, maxBytes = MAX_BATCH_BYTES): Promise<Buffer> {
  switch (codec) {
    case 'gzip':
      return gunzip(bytes, maxBytes);
    case 'snappy':
      return unsnappy(bytes, maxBytes);
    case 'lz4':
      return unlz4(bytes, maxBytes);
    case 'zstd':
      return await unzstd(bytes, maxBytes);
    default: {
      const unknown: never = codec;
      throw new Error(`no codec is called ${String(unknown)}`);
    }
  }
}

/**
 * Makes kafkajs 2.2.4, which knows gzip alone, read what is compressed with any of Kafka's codecs, also where it reads by itself: the
 * messages of brokers before 2.3. Writing with one fails. May be called more than once.
 */
export function installCodecs(): void {
  const codecs: Record<number, unknown> = kafkajs.CompressionCodecs;
  for (const [type, codec] of CODECS.entries()) {
    if (codec === null) continue;
    codecs[type] = () => ({
      compress: () =>
        Promise.reject(new Error(`capture-worker reads ${codec} and writes without compression`)),
      decompress: (bytes: Buffer) => decompress(codec, bytes),
    });
  }
}
