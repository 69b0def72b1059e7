import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { DecodedMessage } from 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js';
import { hasCode } from '../../../../src/errors.js';
import { decodeFetch } from '../../../../src/kafka/fetch-decoding.js';
import { answerBytes, batchBytes, oldMessageBytes } from '../../../support/fetch-answers.js';

const TOPIC = 'orders';

async function read(bytes: Buffer, from = 5n, room = 1_000_000): Promise<readonly DecodedMessage[]> {
  const topics = [{ topic: TOPIC, partitions: [{ partition: 0, fetchOffset: from.toString() }] }];
  const answer = await decodeFetch(answerBytes(TOPIC, [{ partition: 0, bytes }]), topics, room);
  return answer.responses[0]?.partitions[0]?.messages ?? [];
}

/** All of them but the epoch of the leader, which the checksum doesn't cover and nobody here looks at. */
const told = (messages: readonly DecodedMessage[]): unknown =>
  messages.map(({ batchContext, ...message }) => ({
    ...message,
    batchContext: { ...batchContext, partitionLeaderEpoch: 0 },
  }));
const offsets = (messages: readonly DecodedMessage[]): string[] => messages.map(({ offset }) => offset);

const records = ['a', 'b', 'c'].map((value, delta) => ({
  delta,
  key: Buffer.from('key'),
  value: Buffer.from(value.repeat(20)),
  headers: [['name', Buffer.from('x')] as const],
}));
/** Brokers write the first offset of a batch when its checksum was made, so that doesn't cover it. */
const CHECKED_BITS_FROM = 64;
const GZIP = { attributes: 1, compress: (bytes: Buffer): Buffer => gzipSync(bytes) };

describe('damaged batches', () => {
  const kinds: Readonly<Record<string, Buffer>> = {
    plain: batchBytes({ baseOffset: 5n, records }),
    compressed: batchBytes({ baseOffset: 5n, records, ...GZIP }),
    'in a transaction': batchBytes({ baseOffset: 5n, records, attributes: 0x10 }),
  };

  for (const [kind, whole] of Object.entries(kinds)) {
    it(`never become other messages or fewer, whichever bit is wrong: ${kind}`, async () => {
      const right = await read(whole);
      assert.equal(right.length, 3);
      for (let bit = CHECKED_BITS_FROM; bit < 8 * whole.length; bit += 1) {
        const damaged = Buffer.from(whole);
        damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        try {
          assert.deepEqual(told(await read(damaged)), told(right), `bit ${String(bit)}`);
        } catch (error) {
          assert.ok(hasCode(error, 'CONSUMER_STOPPED'), `bit ${String(bit)}: ${String(error)}`);
        }
      }
    });
  }

  const first = kinds['plain'] ?? Buffer.alloc(0);
  const with_ = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(first);
    change(bytes);
    return bytes;
  };
  const useless: Readonly<Record<string, Buffer>> = {
    'a format that nobody knows': with_((bytes) => bytes.writeInt8(3, 16)),
    'no length': with_((bytes) => bytes.writeInt32BE(0, 8)),
    'a length below 0': with_((bytes) => bytes.writeInt32BE(-1, 8)),
    'a length beyond the end': with_((bytes) => bytes.writeInt32BE(1_000_000, 8)),
    'less than a header': first.subarray(0, 30),
    'less than a format': first.subarray(0, 10),
    'an end that is missing': first.subarray(0, first.length - 1),
    'offsets that nobody asked for': batchBytes({ baseOffset: 0n, records }),
    'a message of format 1 that is cut off': oldMessageBytes({
      offset: 5n,
      magic: 1,
      value: Buffer.from('v'),
    }).subarray(0, 25),
  };

  for (const [what, bytes] of Object.entries(useless)) {
    it(`at the beginning of an answer end the consumer, rather than being asked for again and again: ${what}`, async () => {
      await assert.rejects(read(bytes), {
        code: 'CONSUMER_STOPPED',
        message: /^the batch with the offset 5 or one soon after it in orders\/0 is broken: /,
      });
    });

    it(`behind other messages are told when these were delivered: ${what}`, async () => {
      const before = batchBytes({ baseOffset: 4n, records: records.slice(0, 1) });
      assert.deepEqual(offsets(await read(Buffer.concat([before, bytes]), 4n)), ['4']);
    });

    it(`leave what another partition has brought: ${what}`, async () => {
      const topics = [
        { topic: TOPIC, partitions: [0, 1].map((partition) => ({ partition, fetchOffset: '5' })) },
      ];
      const answer = answerBytes(TOPIC, [
        { partition: 1, bytes: first },
        { partition: 0, bytes },
      ]);
      const decoded = await decodeFetch(answer, topics);
      assert.deepEqual(
        decoded.responses[0]?.partitions.map(({ messages }) => messages.length),
        [3, 0],
      );
    });
  }

  it('whose offsets are not behind those before them end the consumer', async () => {
    const second = batchBytes({ baseOffset: 7n, records });
    const both = Buffer.concat([first, second]);
    assert.deepEqual(offsets(await read(both)), ['5', '6', '7'], 'what comes before is delivered first');
    const behindNothing = Buffer.concat([
      batchBytes({ baseOffset: 0n, records: records.slice(0, 1) }),
      second,
    ]);
    assert.deepEqual(offsets(await read(behindNothing)), ['7', '8', '9']);
  });
});
