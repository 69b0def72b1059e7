import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import kafkajs, { CompressionTypes } from 'kafkajs';
import type { Codec } from '../../../../../src/kafka/compression/codecs.js';
import { codecOf, decompress, installCodecs } from '../../../../../src/kafka/compression/codecs.js';
import { CompressionFailure } from '../../../../../src/kafka/compression/failure.js';
import { damaged } from '../../../../support/back-references.js';
import type { Sample } from '../../../../support/kafka-compressed.js';
import { compressedByJava, PLAIN, SAMPLES } from '../../../../support/kafka-compressed.js';

const codecIn = (sample: Sample): Codec => sample.split(' ')[0] as Codec;

describe('the codecs', () => {
  it('are known by the lowest three bits of a batch', () => {
    assert.deepEqual([0, 1, 2, 3, 4].map(codecOf), [null, 'gzip', 'snappy', 'lz4', 'zstd']);
    assert.equal(codecOf(0x38), null, 'the other bits say other things');
    for (const attributes of [5, 6, 7]) assert.throws(() => codecOf(attributes), CompressionFailure);
  });

  for (const sample of SAMPLES) {
    it(`read what Java writes: ${sample}`, async () => {
      const bytes = await decompress(codecIn(sample), compressedByJava(sample));
      assert.equal(bytes.toString(), PLAIN);
    });

    it(`stop where it becomes too much: ${sample}`, async () => {
      const exactly = await decompress(codecIn(sample), compressedByJava(sample), PLAIN.length);
      assert.equal(exactly.length, PLAIN.length);
      await assert.rejects(decompress(codecIn(sample), compressedByJava(sample), PLAIN.length - 1), {
        name: 'CompressionFailure',
        message: /^holds more than /,
      });
    });

    it(`fail in one way alone on what is damaged, and never give more than may be: ${sample}`, async () => {
      await fc.assert(
        fc.asyncProperty(damaged(compressedByJava(sample)), async (bytes) => {
          try {
            assert.ok((await decompress(codecIn(sample), bytes, 4_096)).length <= 4_096);
          } catch (error) {
            assert.ok(error instanceof CompressionFailure, String(error));
          }
        }),
        { numRuns: 500 },
      );
    });

    it(`know that an end is missing: ${sample}`, async () => {
      const bytes = compressedByJava(sample);
      // The last eight bytes of gzip are checksum and length, the last four of LZ4 its end.
      for (const length of [bytes.length - 12, Math.floor(bytes.length / 2), 20, 3])
        await assert.rejects(decompress(codecIn(sample), bytes.subarray(0, length)), CompressionFailure);
    });
  }

  it('make no gigabytes of a batch that would become some', async () => {
    const bomb = gzipSync(Buffer.alloc(80 * 1_048_576));
    assert.ok(bomb.length < 100_000);
    await assert.rejects(decompress('gzip', bomb), { message: 'holds more than 64 MiB' });
    // A frame of Zstandard with a thousand blocks that each stand for one byte, 128 KiB times.
    const block = Buffer.from([
      ((131_072 << 3) | 2) & 0xff,
      ((131_072 << 3) >> 8) & 0xff,
      ((131_072 << 3) >> 16) & 0xff,
      0x61,
    ]);
    const last = Buffer.from([0x01, 0, 0]);
    const frame = Buffer.concat([
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58]),
      ...Array<Buffer>(1_000).fill(block),
      last,
    ]);
    await assert.rejects(decompress('zstd', frame), { message: 'holds more than 64 MiB' });
    assert.equal(
      (await decompress('zstd', Buffer.concat([frame.subarray(0, 6 + 40), last]))).length,
      10 * 131_072,
    );
  });

  it('are given to kafkajs for reading, and refuse to write', async () => {
    installCodecs();
    const { CompressionCodecs: codecs } = kafkajs;
    const read = {
      gzip: codecs[CompressionTypes.GZIP],
      snappy: codecs[CompressionTypes.Snappy],
      lz4: codecs[CompressionTypes.LZ4],
      zstd: codecs[CompressionTypes.ZSTD],
    };
    for (const sample of ['gzip', 'snappy', 'lz4', 'zstd'] as const) {
      const codec = read[sample]() as Record<'compress' | 'decompress', (bytes: Buffer) => Promise<Buffer>>;
      assert.equal((await codec.decompress(compressedByJava(sample))).toString(), PLAIN);
      await assert.rejects(codec.compress(Buffer.from(PLAIN)), { message: /writes without compression/ });
    }
  });
});
