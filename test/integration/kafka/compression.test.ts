import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { Message } from 'kafkajs';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import fetchProtocol from 'kafkajs/src/protocol/requests/fetch/index.js';
import type { CaptureWorkerError } from '../../../src/errors.js';
import { codecOf } from '../../../src/kafka/compression/codecs.js';
import { createLogConsumer } from '../../../src/kafka/log-consumer.js';
import { headerAt } from '../../../src/kafka/record-batch.js';
import type { Runner } from '../../../src/kafka/runner.js';
import { createRunner } from '../../../src/kafka/runner.js';
import type { LogMessage } from '../../../src/ports/log.js';
import { systemClock } from '../../../src/system-clock.js';
import { eventually } from '../../support/eventually.js';
import { appendGzipped } from '../../support/gzipped.js';
import type { TestKafka } from '../../support/kafka.js';
import { openTestKafka, SILENT } from '../../support/kafka.js';

/**
 * The broker compresses what it stores, as its topic says; it does so with what Kafka's Java producers compress with, and a topic with the
 * default, `producer`, stores the same bytes. The levels change the format: the size of the window, or what a compressor refers back to.
 */
const STORED_AS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  gzip: { 'compression.type': 'gzip' },
  snappy: { 'compression.type': 'snappy' },
  lz4: { 'compression.type': 'lz4' },
  'lz4 at its highest level': { 'compression.type': 'lz4', 'compression.lz4.level': '17' },
  zstd: { 'compression.type': 'zstd' },
  'zstd at level 19': { 'compression.type': 'zstd', 'compression.zstd.level': '19' },
};

/** Like orders: what repeats, and what doesn't. */
const order = (index: number): Message => ({
  key: `payment-${String(index)}`,
  value: JSON.stringify({
    index,
    id: randomBytes(16).toString('hex'),
    lines: Array.from({ length: 1 + (index % 20) }, (_, line) => ({
      sku: `sku-${String(line)}`,
      quantity: 1,
      currency: 'EUR',
    })),
  }),
  headers: { traceparent: randomBytes(16), number: String(index) },
});

interface Reader {
  readonly messages: LogMessage[];
  readonly fatal: CaptureWorkerError[];
  readonly stop: () => Promise<void>;
}

describe('compressed batches', () => {
  let kafka: TestKafka;
  before(async () => {
    kafka = await openTestKafka();
  });
  after(() => kafka.close());

  async function read(t: TestContext, topic: string, groupId = kafka.group()): Promise<Reader> {
    const reader: Reader = { messages: [], fatal: [], stop: () => consumer.stop() };
    const consumer = createLogConsumer({
      client: kafka.client,
      groupId,
      topics: [topic],
      log: SILENT,
      onFatal: (error) => reader.fatal.push(error),
    });
    t.after(() => consumer.stop());
    await consumer.run({
      assigned: () => undefined,
      revoking: () => Promise.resolve(),
      messages: (batch) => {
        reader.messages.push(...batch);
        return Promise.resolve();
      },
    });
    return reader;
  }

  for (const [name, config] of Object.entries(STORED_AS)) {
    it(`are read byte for byte, small and large: ${name}`, async (t) => {
      const codecs = codecsFetched(t);
      const topic = await kafka.createTopic({ config: { ...config, 'max.message.bytes': '20000000' } });
      const batches: Message[][] = [
        [{ key: null, value: null }],
        [{ key: Buffer.alloc(0), value: Buffer.alloc(0), headers: { none: Buffer.alloc(0) } }],
        [order(1)],
        Array.from({ length: 3_000 }, (_, index) => order(index)),
        [{ value: randomBytes(900_000) }, { value: Buffer.alloc(5_000_000, 'abc') }, order(2)],
      ];
      for (const batch of batches) await kafka.append(topic, batch);
      const sent = batches.flat();
      const { messages, fatal } = await read(t, topic);
      await eventually('all messages', () => messages.length >= sent.length || fatal.length > 0, 60_000);
      assert.deepEqual(fatal, []);
      assert.deepEqual(
        messages.map(({ offset }) => offset),
        sent.map((_, index) => BigInt(index)),
      );
      for (const [index, { key = null, value, headers = {} }] of sent.entries()) {
        const got = messages[index];
        assert.ok(got);
        assert.ok(sameBytes(got.key, key), `key ${String(index)}`);
        assert.ok(sameBytes(got.value, value), `value ${String(index)}`);
        assert.deepEqual(
          got.headers.map(([header, bytes]) => [header, Buffer.from(bytes).toString('hex')]),
          Object.entries(headers).map(([header, bytes]) => [
            header,
            Buffer.from(bytes as string).toString('hex'),
          ]),
        );
      }
      assert.deepEqual([...codecs], [config['compression.type']]);
    });
  }

  it('that would become too large end the consumer with their place, once all before them was delivered; and reading goes on behind them', async (t) => {
    const topic = await kafka.createTopic();
    const groupId = kafka.group();
    await kafka.append(topic, [{ value: 'before' }, { value: 'before too' }]);
    await appendGzipped(kafka.client, topic, { value: Buffer.alloc(70_000_000) });
    await kafka.append(topic, [{ value: 'behind' }]);
    const { messages, fatal, stop } = await read(t, topic, groupId);
    await eventually('word of the end', () => fatal.length > 0);
    assert.deepEqual(
      messages.map(({ value }) => Buffer.from(value ?? '').toString()),
      ['before', 'before too'],
    );
    assert.equal(fatal[0]?.code, 'CONSUMER_STOPPED');
    assert.match(
      fatal[0].message,
      new RegExp(
        `the batch with the offsets 2 to 2 in ${topic}/0 holds more than 64 MiB; .* "Batches that can't be read"`,
      ),
    );
    await stop();
    assert.equal(fatal.length, 1, 'it is told once');
    await kafka.commit(groupId, topic, 3n);
    const again = await read(t, topic, groupId);
    await eventually('the message behind it', () => again.messages.length > 0);
    assert.deepEqual(
      again.messages.map(({ offset }) => offset),
      [3n],
    );
    assert.deepEqual(again.fatal, []);
  });

  it('that can not be read end a worker with all committed that it worked off, so that a later one begins at them', async (t) => {
    const topic = await kafka.createTopic();
    const groupId = kafka.group();
    await kafka.append(topic, [{ value: 'before' }, { value: 'before too' }]);
    await appendGzipped(kafka.client, topic, { value: Buffer.alloc(70_000_000) });
    const done: bigint[] = [];
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    const start = async (): Promise<{ runner: Runner; failed: Promise<CaptureWorkerError> }> => {
      const failed = deferredError();
      const runner = createRunner({
        consumer: createLogConsumer({
          client: kafka.client,
          groupId,
          topics: [topic],
          log: SILENT,
          onFatal: failed.told,
        }),
        process: async ({ offset }) => {
          await gate;
          done.push(offset);
        },
        onFatal: failed.told,
        clock: systemClock,
        random: Math.random,
        log: SILENT,
        maxInFlight: 10,
      });
      t.after(() => runner.drain(0));
      await runner.start();
      return { runner, failed: failed.promise };
    };
    const first = await start();
    assert.match((await first.failed).message, /the offsets 2 to 2 in .* holds more than 64 MiB/);
    const drained = first.runner.drain(10_000);
    open();
    assert.equal(await drained, 0, 'what was taken before it is worked off');
    assert.deepEqual(done, [0n, 1n]);
    assert.equal(await kafka.committed(groupId, topic), 2n);
    const second = await start();
    await second.failed;
    assert.equal(await second.runner.drain(10_000), 0);
    assert.deepEqual(done, [0n, 1n], 'nothing is done again');
  });
});

function deferredError(): {
  told: (error: CaptureWorkerError) => void;
  promise: Promise<CaptureWorkerError>;
} {
  let told: (error: CaptureWorkerError) => void = () => undefined;
  const promise = new Promise<CaptureWorkerError>((resolve) => {
    told = resolve;
  });
  return { told, promise };
}

function sameBytes(got: Uint8Array | null, sent: Message['value']): boolean {
  if (got === null || sent === null) return got === sent;
  return Buffer.compare(got, Buffer.from(sent)) === 0;
}

/** By which codecs the batches are compressed that this process fetches from now on. */
function codecsFetched(t: TestContext): ReadonlySet<string> {
  const found = new Set<string>();
  const { protocol } = fetchProtocol;
  fetchProtocol.protocol = (version) => (args) => {
    const call = protocol(version)(args);
    const { decode } = call.response;
    const noting = (rawData: Buffer): ReturnType<typeof decode> => {
      for (const codec of codecsIn(rawData)) found.add(codec);
      return decode(rawData);
    };
    return { ...call, response: { ...call.response, decode: noting } };
  };
  t.after(() => {
    fetchProtocol.protocol = protocol;
  });
  return found;
}

/** The answer of a broker about one partition, as far as it leads to the batches. */
function codecsIn(rawData: Buffer): string[] {
  const decoder = new Decoder(rawData.subarray(10));
  if (decoder.readInt32() === 0) return [];
  decoder.readString();
  const partitions = decoder.readInt32();
  assert.equal(partitions, 1);
  decoder.readBytes(4 + 2 + 3 * 8);
  decoder.readArray((one) => [one.readInt64(), one.readInt64()]);
  decoder.readInt32();
  const bytes = decoder.readBytes() ?? Buffer.alloc(0);
  const codecs: string[] = [];
  for (let at = 0; at < bytes.length;) {
    const header = headerAt(bytes, at);
    if (header === null) break;
    codecs.push(codecOf(header.attributes) ?? 'none');
    at = header.end;
  }
  return codecs;
}
