import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { FetchAnswer } from 'kafkajs/src/protocol/requests/fetch/index.js';
import fetchProtocol from 'kafkajs/src/protocol/requests/fetch/index.js';
import { decodeFetch, mendFetch } from '../../../../src/kafka/fetch-decoding.js';
import { footprintOf } from '../../../../src/kafka/footprint.js';
import { toLogMessage } from '../../../../src/kafka/log-message.js';
import { mendRecordHeaders } from '../../../../src/kafka/record-headers.js';
import { MAX_HEADERS } from '../../../../src/kafka/records.js';
import type { LogHeaders, LogMessage } from '../../../../src/ports/log.js';
import type { BatchSpec, PartitionSpec, RecordSpec } from '../../../support/fetch-answers.js';
import { answerBytes, batchBytes, recordBytes, withChecksum } from '../../../support/fetch-answers.js';

const TOPIC = 'orders';
const LARGE = 100_000_000;
const GZIP = { attributes: 1, compress: (bytes: Buffer): Buffer => gzipSync(bytes) };

/** What kafkajs makes of an answer by itself. */
const decodeAlone = fetchProtocol.protocol({ version: 11 })({ topics: [] }).response.decode;

const asked = (from: bigint, partitions: readonly number[] = [0]): Parameters<typeof decodeFetch>[1] => [
  { topic: TOPIC, partitions: partitions.map((partition) => ({ partition, fetchOffset: from.toString() })) },
];

function offsetsIn(answer: FetchAnswer, partition = 0): string[] {
  const found = answer.responses[0]?.partitions.find((one) => one.partition === partition);
  assert.ok(found);
  return found.messages.map(({ offset, isControlRecord }) => (isControlRecord ? `(${offset})` : offset));
}

/** The answer with its messages as they are taken over, and each part of them read; headers by name, as kafkajs keeps them. */
function spelt({ responses, ...rest }: FetchAnswer): unknown {
  return {
    ...rest,
    responses: responses.map(({ topicName: topic, partitions }) =>
      partitions.map(({ messages, partition, ...header }) => ({
        ...header,
        messages: messages.map((message) => {
          const { offset, key, value, attributes, timestamp, isControlRecord, batchContext } = message;
          const taken = toLogMessage({ topic, partition }, message);
          const place = [taken.topic, taken.partition, taken.offset, taken.timestamp];
          const names = [...new Set(taken.headers.map(([name]) => name))].sort();
          const headers = names.map((name) => taken.headers.filter(([other]) => other === name));
          const parts = { offset, key, value, attributes, timestamp, isControlRecord, batchContext };
          return { ...parts, place, keyTaken: taken.key, valueTaken: taken.value, headers };
        }),
      })),
    ),
  };
}

const record = (delta: number, value = 'v'): RecordSpec => ({
  delta,
  key: Buffer.from('k'),
  value: Buffer.from(value),
  headers: [],
});
const batch = (base: number, deltas: readonly number[], more: Partial<BatchSpec> = {}): Buffer =>
  batchBytes({ baseOffset: BigInt(base), records: deltas.map((delta) => record(delta)), ...more });

const someBytes = fc.option(
  fc.uint8Array({ maxLength: 300, size: 'max' }).map((bytes) => Buffer.from(bytes)),
  { freq: 5 },
);
const someRecord = fc.record({
  gap: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 5 })),
  key: someBytes,
  value: someBytes,
  headers: fc.array(fc.tuple(fc.string({ maxLength: 5 }), someBytes), { maxLength: 4 }),
});
/** Batches one after the other, some compressed, some without their first, last or all records. */
const someBatches = fc
  .array(
    fc.record({
      records: fc.array(someRecord, { maxLength: 12 }),
      after: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat({ max: 3 })),
      isCompressed: fc.boolean(),
      // Of one in which the times are the broker's, and of a transaction's.
      flags: fc.constantFrom(0, 0x08, 0x10),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((specs) => {
    let next = 0;
    return specs.map(({ records, after, isCompressed, flags }): BatchSpec => {
      let delta = -1;
      const made = records.map(({ gap, ...rest }) => ({ ...rest, delta: (delta += gap) }));
      const baseOffset = BigInt(next);
      const lastOffsetDelta = Math.max(0, delta + after);
      next += lastOffsetDelta + 1;
      const codec = isCompressed ? GZIP : { attributes: 0 };
      return { baseOffset, records: made, lastOffsetDelta, ...codec, attributes: codec.attributes | flags };
    });
  });

describe('the mended reading of what brokers send', () => {
  it('gives what kafkajs gives', async () => {
    mendRecordHeaders();
    await fc.assert(
      fc.asyncProperty(fc.array(someBatches, { minLength: 1, maxLength: 3 }), async (all) => {
        // kafkajs would ask for batches without records for ever, so it is spared them.
        const partitions = all.map((batches, partition): PartitionSpec => ({
          partition,
          bytes: Buffer.concat(batches.filter(({ records }) => records.length > 0).map(batchBytes)),
        }));
        const bytes = answerBytes(TOPIC, partitions);
        const numbers = partitions.map(({ partition }) => partition);
        assert.deepEqual(
          spelt(await decodeFetch(bytes, asked(0n, numbers), LARGE)),
          spelt(await decodeAlone(bytes)),
        );
      }),
    );
  });

  it('gives everything once and in order, however small the room is', async () => {
    await fc.assert(
      fc.asyncProperty(
        someBatches,
        fc.integer({ min: 1, max: 12_000 }),
        fc.nat({ max: 40 }),
        async (batches, room, begin) => {
          const bytes = Buffer.concat(batches.map(batchBytes));
          const all = batches.flatMap(({ baseOffset, records }) =>
            records.map((one) => ({ ...one, offset: baseOffset + BigInt(one.delta) })),
          );
          const end = batches.reduce(
            (_, { baseOffset, lastOffsetDelta = 0 }) => Number(baseOffset) + lastOffsetDelta,
            0,
          );
          const footprints = new Map(
            all.map((one) => [
              one.offset.toString(),
              footprintOf(recordBytes(one).length, one.headers.length),
            ]),
          );
          const given: string[] = [];
          for (let from = BigInt(begin); from <= end;) {
            const partition = { partition: 0, bytes };
            const offsets = offsetsIn(await decodeFetch(answerBytes(TOPIC, [partition]), asked(from), room));
            assert.ok(offsets.length > 0, `nothing at ${from.toString()}: kafkajs would ask for it for ever`);
            const delivered = offsets.filter((offset) => footprints.has(offset));
            const footprint = delivered.reduce((sum, offset) => sum + (footprints.get(offset) ?? 0), 0);
            assert.ok(footprint <= room || delivered.length === 1, 'more than there is room for');
            given.push(...delivered);
            from = BigInt((offsets.at(-1) ?? '').replace(/[()]/g, '')) + 1n;
          }
          assert.deepEqual(
            given,
            all.map(({ offset }) => offset.toString()).filter((offset) => Number(offset) >= begin),
          );
        },
      ),
    );
  });

  it('shares the room among partitions, in the order of the answer', async () => {
    const partitions = [4, 2, 7].map((partition) => ({ partition, bytes: batch(0, [0, 1]) }));
    const one = footprintOf(recordBytes(record(0)).length, 0);
    const answer = await decodeFetch(answerBytes(TOPIC, partitions), asked(0n, [2, 4, 7]), 3.5 * one);
    assert.deepEqual(
      [4, 2, 7].map((partition) => offsetsIn(answer, partition)),
      [['0', '1'], ['0'], []],
    );
  });

  it('takes what is too large for any room when it is the first', async () => {
    const bytes = batchBytes({ baseOffset: 0n, records: [record(0, 'x'.repeat(5_000)), record(1)] });
    const read = async (from: bigint): Promise<string[]> =>
      offsetsIn(await decodeFetch(answerBytes(TOPIC, [{ partition: 0, bytes }]), asked(from), 2_000));
    assert.deepEqual(await read(0n), ['0']);
    assert.deepEqual(await read(1n), ['1']);
  });

  it('makes kafkajs step over what compaction took: with the last offset, as a message that is not delivered', async () => {
    const read = async (from: bigint, bytes: Buffer): Promise<string[]> =>
      offsetsIn(await decodeFetch(answerBytes(TOPIC, [{ partition: 0, bytes }]), asked(from)));
    assert.deepEqual(await read(3n, batch(0, [0, 1], { lastOffsetDelta: 9 })), ['(9)']);
    assert.deepEqual(await read(0n, batch(0, [], { lastOffsetDelta: 9 })), ['(9)']);
    const isCompressed = { lastOffsetDelta: 9, attributes: 3, compress: (): Buffer => Buffer.alloc(0) };
    assert.deepEqual(await read(0n, batch(0, [], isCompressed)), ['(9)'], 'the name of a codec may be left');
    const both = Buffer.concat([batch(0, [], { lastOffsetDelta: 4 }), batch(5, [0])]);
    assert.deepEqual(await read(0n, both), ['(4)', '5']);
  });

  it('leaves alone a batch that is cut off behind another, and what is refused or empty', async () => {
    const whole = Buffer.concat([batch(0, [0, 1]), batch(2, [0, 1])]);
    const read = async (bytes: Buffer | null): Promise<string[]> =>
      offsetsIn(await decodeFetch(answerBytes(TOPIC, [{ partition: 0, bytes }]), asked(0n)));
    for (const missing of [1, 10, 70, 80])
      assert.deepEqual(await read(whole.subarray(0, whole.length - missing)), ['0', '1']);
    assert.deepEqual(await read(Buffer.alloc(0)), []);
    assert.deepEqual(await read(null), []);
  });

  it('keeps the headers of a record only as far as memory is bounded, and all else of it', async () => {
    const crowded = (delta: number, count: number): RecordSpec => ({
      ...record(delta, `of ${String(count)}`),
      headers: Array.from({ length: count }, () => ['', null] as const),
    });
    const records = [record(0), crowded(1, MAX_HEADERS + 1), crowded(2, MAX_HEADERS), crowded(3, 500_000)];
    const bytes = answerBytes(TOPIC, [{ partition: 0, bytes: batchBytes({ baseOffset: 0n, records }) }]);
    const read = async (from: bigint): Promise<LogMessage[]> => {
      const answer = await decodeFetch(bytes, asked(from));
      const messages = answer.responses[0]?.partitions[0]?.messages ?? [];
      return messages.map((message) => toLogMessage({ topic: TOPIC, partition: 0 }, message));
    };
    const few = await read(0n);
    const alone = await read(2n);
    const last = await read(3n);
    assert.deepEqual(
      [few, alone, last].map((messages) => messages.map(({ offset }) => Number(offset))),
      [[0, 1], [2], [3]],
      'one with as many as are kept takes more than the room, and so goes alone',
    );
    const omitted = (count: number): LogHeaders => [['headers_omitted', Buffer.from(String(count))]];
    assert.deepEqual(few[1]?.headers, omitted(MAX_HEADERS + 1));
    assert.equal(alone[0]?.headers.length, MAX_HEADERS);
    assert.deepEqual(last[0]?.headers, omitted(500_000));
    assert.deepEqual(last[0].key, Buffer.from('k'));
    assert.deepEqual(last[0].value, Buffer.from('of 500000'));
  });

  it('does not keep alive what was decompressed and not taken', async () => {
    const records = Array.from({ length: 100 }, (_, delta) => record(delta, 'x'.repeat(1_000)));
    const bytes = batchBytes({ baseOffset: 0n, records, ...GZIP });
    const answer = await decodeFetch(answerBytes(TOPIC, [{ partition: 0, bytes }]), asked(0n), 5_000);
    const [message] = answer.responses[0]?.partitions[0]?.messages ?? [];
    assert.ok(message?.value);
    assert.ok(message.value.buffer.byteLength < 10_000, `${String(message.value.buffer.byteLength)} bytes`);
  });

  it('reads a batch of more messages than a function has room for arguments', async () => {
    const count = 150_000;
    const records = Array.from({ length: count }, (_, delta) => ({
      delta,
      key: null,
      value: null,
      headers: [],
    }));
    const bytes = answerBytes(TOPIC, [{ partition: 0, bytes: batchBytes({ baseOffset: 0n, records }) }]);
    await assert.rejects(decodeAlone(bytes), RangeError, 'kafkajs does by now');
    const first = offsetsIn(await decodeFetch(bytes, asked(0n)));
    assert.ok(first.length > 5_000 && first.length < 20_000, `${String(first.length)} messages at once`);
    const later = offsetsIn(await decodeFetch(bytes, asked(BigInt(count - 3))));
    assert.deepEqual(later, ['149997', '149998', '149999']);
  });

  describe('where a batch can not be read', () => {
    const damagedRecords = (bytes: Buffer): Buffer => {
      const copy = Buffer.from(bytes);
      copy[61] = 0x02;
      return withChecksum(copy);
    };
    const NOT_LAID_OUT = 'is broken: its records are not laid out as records are';
    const broken: readonly (readonly [what: string, why: string, bytes: Buffer])[] = [
      ['no gzip', 'is broken: incorrect header check', batch(5, [0, 1, 2], { attributes: 1 })],
      ['no frame', 'is broken: it is no Zstandard frame', batch(5, [0, 1, 2], { attributes: 4 })],
      ['no LZ4 frame', 'is broken: it is no LZ4 frame', batch(5, [0, 1, 2], { attributes: 3 })],
      ['no codec', 'is broken: its compression has no known name', batch(5, [0, 1, 2], { attributes: 7 })],
      ['no records', NOT_LAID_OUT, damagedRecords(batch(5, [0, 1, 2]))],
      ['fewer records than it says', NOT_LAID_OUT, batch(5, [0, 1], { count: 3, lastOffsetDelta: 2 })],
      ['more records than it says', NOT_LAID_OUT, batch(5, [0, 1, 2], { count: 2 })],
      ['less than no records', NOT_LAID_OUT, batch(5, [], { count: -1, lastOffsetDelta: 2 })],
      ['offsets that fall', NOT_LAID_OUT, batch(5, [0, 2, 1], { lastOffsetDelta: 2 })],
      ['offsets behind its last', NOT_LAID_OUT, batch(5, [0, 1, 3], { lastOffsetDelta: 2 })],
      [
        'too much',
        'holds more than 64 MiB',
        batch(5, [0, 1, 2], { attributes: 1, compress: () => gzipSync(Buffer.alloc(70_000_000)) }),
      ],
    ];

    for (const [what, why, bytes] of broken) {
      it(`says where and what to do: ${what}`, async () => {
        const answer = answerBytes(TOPIC, [{ partition: 3, bytes }]);
        await assert.rejects(decodeFetch(answer, asked(0n, [3])), {
          code: 'CONSUMER_STOPPED',
          retriable: false,
          message:
            `the batch with the offsets 5 to 7 in orders/3 ${why}; it can't be read, nor anything behind it: ` +
            'docs/configuration.md says under "Batches that can\'t be read" how to go on',
        });
      });
    }

    it('gives what comes before it first', async () => {
      const bad = broken[0]?.[2] ?? Buffer.alloc(0);
      const both = Buffer.concat([batch(0, [0, 1]), bad, batch(8, [0])]);
      const partitions = [
        { partition: 0, bytes: both },
        { partition: 1, bytes: batch(0, [0]) },
      ];
      const answer = await decodeFetch(answerBytes(TOPIC, partitions), asked(0n, [0, 1]));
      assert.deepEqual([offsetsIn(answer, 0), offsetsIn(answer, 1)], [['0', '1'], []]);
      const next = [
        { partition: 1, bytes: batch(0, [0]) },
        { partition: 0, bytes: bad },
      ];
      const second = await decodeFetch(answerBytes(TOPIC, next), asked(0n, [0, 1]));
      assert.deepEqual([offsetsIn(second, 0), offsetsIn(second, 1)], [[], ['0']]);
      const last = answerBytes(TOPIC, [{ partition: 0, bytes: bad }]);
      await assert.rejects(decodeFetch(last, asked(2n)), { code: 'CONSUMER_STOPPED' });
    });

    it('does not take its beginning for something before it', async () => {
      const good = batch(0, [0, 1, 2]);
      const bytes = withChecksum(Buffer.concat([good.subarray(0, -3), Buffer.from([0x7f, 0x7f, 0x7f])]));
      await assert.rejects(decodeFetch(answerBytes(TOPIC, [{ partition: 0, bytes }]), asked(0n)), {
        message: /laid out/,
      });
    });
  });

  it('is what kafkajs uses for the answers of brokers since 2.3', async () => {
    mendFetch();
    mendFetch();
    const bytes = answerBytes(TOPIC, [{ partition: 0, bytes: batch(0, [0, 1]) }]);
    const { decode } = fetchProtocol.protocol({ version: 11 })({ topics: asked(1n) }).response;
    assert.deepEqual(offsetsIn(await decode(bytes)), ['1']);
  });
});
