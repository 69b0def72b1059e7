import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isOutOfMemory } from '../../../../../src/kafka/compression/failure.js';
import type { Libzstd } from '../../../../../src/kafka/compression/libzstd.js';
import { decompressFrames, loadLibzstd } from '../../../../../src/kafka/compression/libzstd.js';
import { decodeFetch } from '../../../../../src/kafka/fetch-decoding.js';
import { answerBytes, batchBytes } from '../../../../support/fetch-answers.js';
import { compressedByJava, PLAIN } from '../../../../support/kafka-compressed.js';

const FRAMES = compressedByJava('zstd');

/** The same libzstd, of which some allocation, counted from 1, gets nothing. */
async function without(allocation: number): Promise<{ lib: Libzstd; open: () => number }> {
  const { memory, malloc, free, ZSTD_decompress } = await loadLibzstd();
  let allocations = 0;
  let open = 0;
  return {
    open: () => open,
    lib: {
      memory,
      ZSTD_decompress,
      malloc: (bytes) => {
        allocations += 1;
        if (allocations === allocation) return 0;
        open += 1;
        return malloc(bytes);
      },
      free: (address) => {
        open -= 1;
        free(address);
      },
    },
  };
}

describe('libzstd', () => {
  it('decompresses into memory of its own', async () => {
    const lib = await loadLibzstd();
    const whole = decompressFrames(lib, FRAMES, 100_000);
    assert.ok(Buffer.isBuffer(whole));
    decompressFrames(lib, FRAMES.subarray(0, 100), 100_000);
    assert.equal(whole.toString(), PLAIN);
  });

  it('tells what has no room from what is broken', async () => {
    const lib = await loadLibzstd();
    assert.equal(decompressFrames(lib, FRAMES, PLAIN.length - 1), 'no room');
    assert.equal(decompressFrames(lib, FRAMES.subarray(0, 100), 100_000), 'broken');
  });

  for (const allocation of [1, 2]) {
    it(`says that there is no memory, and gives back what it had: allocation ${String(allocation)}`, async () => {
      const { lib, open } = await without(allocation);
      assert.throws(() => decompressFrames(lib, FRAMES, 100_000), isOutOfMemory);
      assert.equal(open(), 0);
    });
  }

  it('says so, too, where its memory is really at its end, and goes on when there is some again', async () => {
    const lib = await loadLibzstd();
    const taken: number[] = [];
    // It grows to 2 GiB, of which nothing is written to, and so little is really taken.
    for (let size = 1 << 28; size >= 1 << 10;) {
      const address = lib.malloc(size);
      if (address === 0) size >>= 1;
      else taken.push(address);
    }
    assert.throws(() => decompressFrames(lib, FRAMES, 100_000), isOutOfMemory);
    const batch = batchBytes({
      baseOffset: 7n,
      records: [],
      count: 1,
      attributes: 4,
      compress: () => FRAMES,
    });
    const topics = [{ topic: 'orders', partitions: [{ partition: 0, fetchOffset: '7' }] }];
    await assert.rejects(decodeFetch(answerBytes('orders', [{ partition: 0, bytes: batch }]), topics), {
      code: 'CONSUMER_STOPPED',
      message:
        /^there was no memory left to read the batch with the offsets 7 to 7 in orders\/0; nothing is wrong with the batch: /,
    });
    for (const address of taken) lib.free(address);
    assert.equal(decompressFrames(lib, FRAMES, 100_000).toString(), PLAIN);
  });
});

describe('a lack of memory', () => {
  it('is known, whoever says it', () => {
    const of = (error: Error, code: string): Error => Object.assign(error, { code });
    for (const error of [
      new RangeError('Array buffer allocation failed'),
      new RangeError(
        'WebAssembly.instantiate(): Out of memory: Cannot allocate Wasm memory for new instance',
      ),
      of(new Error('insufficient memory'), 'Z_MEM_ERROR'),
      of(new Error('Failed to allocate memory'), 'ERR_MEMORY_ALLOCATION_FAILED'),
    ])
      assert.ok(isOutOfMemory(error), error.message);
    assert.ok(!isOutOfMemory(of(new Error('incorrect header check'), 'Z_DATA_ERROR')));
  });
});
