import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { DecodedMessage } from 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js';
import { hasCode } from '../../../../src/errors.js';
import { decodeFetch } from '../../../../src/kafka/fetch-decoding.js';
import { footprintOf } from '../../../../src/kafka/footprint.js';
import type { OldMessageSpec } from '../../../support/fetch-answers.js';
import { answerBytes, batchBytes, oldMessageBytes } from '../../../support/fetch-answers.js';

const TOPIC = 'orders';

async function read(bytes: Buffer, from = 0n, room = 1_000_000): Promise<readonly DecodedMessage[]> {
  const topics = [{ topic: TOPIC, partitions: [{ partition: 0, fetchOffset: from.toString() }] }];
  const answer = await decodeFetch(answerBytes(TOPIC, [{ partition: 0, bytes }]), topics, room);
  return answer.responses[0]?.partitions[0]?.messages ?? [];
}

const told = (messages: readonly DecodedMessage[]): string[] =>
  messages.map(({ offset, value, timestamp }) => `${offset}:${String(value)}@${timestamp}`);

const set = (...messages: readonly OldMessageSpec[]): Buffer =>
  Buffer.concat(messages.map((message) => oldMessageBytes(message)));
const wrapped = (wrapper: Omit<OldMessageSpec, 'value'>, inner: Buffer): Buffer =>
  oldMessageBytes({ attributes: 1, ...wrapper, value: gzipSync(inner) });
const one = (offset: bigint, magic: 0 | 1, text = 'v'): OldMessageSpec => ({
  offset,
  magic,
  timestamp: 1_000n + offset,
  value: Buffer.from(text),
});

describe('messages of the formats that brokers before 0.11 stored', () => {
  it('are read, however short, with their times if they have any', async () => {
    assert.deepEqual(told(await read(set(one(7n, 0, 'a'), one(9n, 1, 'b')))), ['7:a@-1', '9:b@1009']);
    const [short] = await read(oldMessageBytes({ offset: 3n, magic: 0, value: null }));
    assert.deepEqual([short?.offset, short?.key, short?.value], ['3', null, null]);
  });

  it('are read in compressed ones: with offsets of their own in format 0, from the last one’s in format 1', async () => {
    const ofFormat0 = wrapped({ offset: 11n, magic: 0 }, set(one(10n, 0, 'a'), one(11n, 0, 'b')));
    assert.deepEqual(told(await read(ofFormat0)), ['10:a@-1', '11:b@-1']);
    const inner = set(one(0n, 1, 'a'), one(2n, 1, 'b'));
    const ofFormat1 = wrapped({ offset: 12n, magic: 1, timestamp: 5n }, inner);
    assert.deepEqual(told(await read(ofFormat1)), ['10:a@1000', '12:b@1002']);
    assert.deepEqual(told(await read(ofFormat1, 11n)), ['12:b@1002']);
    const appended = wrapped({ offset: 12n, magic: 1, timestamp: 5n, attributes: 0x09 }, inner);
    assert.deepEqual(
      told(await read(appended)),
      ['10:a@5', '12:b@5'],
      'the time of the broker is that of all',
    );
  });

  it('take of the room like others', async () => {
    const all = set(...Array.from({ length: 10 }, (_, index) => one(BigInt(index), 1)));
    const room = 3 * footprintOf(1, 0);
    assert.equal((await read(all, 0n, room)).length, 3);
    const together = wrapped({ offset: 9n, magic: 1 }, all);
    assert.deepEqual(told(await read(together, 4n, room)), ['4:v@1004', '5:v@1005', '6:v@1006']);
  });

  it('are delivered when a batch behind them can not be read, of the same partition or of another', async () => {
    const bad = Buffer.alloc(100, 1);
    assert.deepEqual(told(await read(Buffer.concat([set(one(0n, 1)), bad]))), ['0:v@1000']);
    const topics = [
      { topic: TOPIC, partitions: [0, 1].map((partition) => ({ partition, fetchOffset: '0' })) },
    ];
    const answer = answerBytes(TOPIC, [
      { partition: 1, bytes: set(one(0n, 1)) },
      { partition: 0, bytes: bad },
    ]);
    const [first] = (await decodeFetch(answer, topics)).responses[0]?.partitions ?? [];
    assert.deepEqual(told(first?.messages ?? []), ['0:v@1000']);
  });

  it('may be followed by batches of today', async () => {
    const records = [{ delta: 0, key: null, value: Buffer.from('b'), headers: [] }];
    const mixed = Buffer.concat([set(one(4n, 1, 'a')), batchBytes({ baseOffset: 5n, records })]);
    assert.deepEqual(
      (await read(mixed)).map(({ offset, value }) => `${offset}:${String(value)}`),
      ['4:a', '5:b'],
    );
  });

  it('may be hundreds of thousands in one', async () => {
    const count = 300_000;
    const inner = Buffer.concat(
      Array.from({ length: count }, (_, index) => oldMessageBytes({ ...one(BigInt(index), 1), value: null })),
    );
    const bytes = wrapped({ offset: BigInt(count - 1), magic: 1 }, inner);
    assert.ok((await read(bytes)).length < count);
    assert.deepEqual(
      (await read(bytes, BigInt(count - 2))).map(({ offset }) => offset),
      ['299998', '299999'],
    );
  });

  it('say where and what to do when they can not be read', async () => {
    const broken: readonly (readonly [why: string, bytes: Buffer])[] = [
      ['its compression has no known name', oldMessageBytes({ ...one(8n, 1), attributes: 7 })],
      ['incorrect header check', oldMessageBytes({ ...one(8n, 1, 'no gzip'), attributes: 1 })],
      ['it holds no messages', wrapped({ offset: 8n, magic: 1 }, Buffer.alloc(0))],
      ['what it holds are no messages', wrapped({ offset: 8n, magic: 1 }, Buffer.alloc(50))],
      ['what it holds are no messages', wrapped({ offset: 8n, magic: 1 }, set(one(0n, 0)))],
      ['the offsets in it do not rise', wrapped({ offset: 8n, magic: 1 }, set(one(1n, 1), one(0n, 1)))],
    ];
    for (const [why, bytes] of broken)
      await assert.rejects(read(bytes), {
        code: 'CONSUMER_STOPPED',
        retriable: false,
        message: new RegExp(`^the batch with the offset 8 in orders/0 is broken: ${why}; `),
      });
  });

  it('never become others or fewer, whichever bit is wrong', async () => {
    for (const whole of [
      set({ ...one(5n, 0, 'value'), key: Buffer.from('key') }),
      wrapped({ offset: 6n, magic: 1, timestamp: 5n, attributes: 0x09 }, set(one(0n, 1), one(1n, 1))),
    ]) {
      const right = await read(whole);
      for (let bit = 64; bit < 8 * whole.length; bit += 1) {
        const damaged = Buffer.from(whole);
        damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        try {
          assert.deepEqual(await read(damaged), right, `bit ${String(bit)}`);
        } catch (error) {
          assert.ok(hasCode(error, 'CONSUMER_STOPPED'), `bit ${String(bit)}: ${String(error)}`);
        }
      }
    }
  });
});
