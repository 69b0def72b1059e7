import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { OutboxRelay, OutboxRelayOptions } from '../../../producers/outbox-relay.js';
import { createOutboxRelay } from '../../../producers/outbox-relay.js';
import type { LogProducerOptions } from '../../../src/kafka/log-producer.js';
import { createLogProducer } from '../../../src/kafka/log-producer.js';
import type { LogMessage } from '../../../src/ports/log.js';
import type { CaptureStore } from '../../../src/ports/store.js';
import { createCaptureStore } from '../../../src/store/capture-store.js';
import { createOutboxStore } from '../../../src/store/outbox.js';
import { systemClock } from '../../../src/system-clock.js';
import { CAPTURED } from '../../support/captures.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import { freezableNetwork } from '../../support/freezable-network.js';
import type { TestKafka } from '../../support/kafka.js';
import { openTestKafka, SILENT } from '../../support/kafka.js';
import {
  captureOfPayment,
  claimOf,
  pieceOf,
  testEncode,
  testFold,
  testLicence,
} from '../../support/store.js';

describe('the outbox relay on Kafka and PostgreSQL', () => {
  let kafka: TestKafka;
  let database: TestDatabase;
  let topic: string;
  let store: CaptureStore;
  before(async () => {
    kafka = await openTestKafka();
    database = await createTestDatabase();
  });
  after(async () => {
    await kafka.close();
    await database.drop();
  });
  beforeEach(async () => {
    await database.pool.query('delete from outbox_queue');
    topic = await kafka.createTopic({ partitions: 3 });
    store = createCaptureStore({
      pool: database.pool,
      fold: testFold,
      licenceOf: testLicence,
      encode: (event, traceparent) => {
        const encoded = testEncode(event, traceparent);
        return { ...encoded, record: { ...encoded.record, topic } };
      },
    });
  });

  function relay(t: TestContext, change: Partial<OutboxRelayOptions & LogProducerOptions> = {}): OutboxRelay {
    const producer = createLogProducer({ client: kafka.client, log: SILENT, ...change });
    const made = createOutboxRelay({
      // A pool of its own, as another worker has.
      store: createOutboxStore({ pool: database.anotherPool() }),
      producer,
      clock: systemClock,
      random: () => 0.5,
      log: SILENT,
      acquireEveryMs: 300,
      ...change,
    });
    t.after(async () => {
      await made.stop(0);
      await producer.close();
    });
    return made;
  }

  /** Captures with two events each: pending, then succeeded. */
  async function twoEventsEach(names: readonly string[]): Promise<void> {
    const all = names.map((name) => captureOfPayment(name));
    await store.claim(all.map((capture) => claimOf(capture)));
    await store.record(
      all.map(({ captureId }) => ({ captureId, pieces: [pieceOf(captureId, { is: 'unknown' })] })),
    );
    await store.record(
      all.map(({ captureId }) => ({ captureId, pieces: [pieceOf(captureId, CAPTURED, { label: 'later' })] })),
    );
  }

  const namesOf = (prefix: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${prefix}-${String(index)}`);

  async function queued(): Promise<number> {
    const { rows } = await database.pool.query<{ count: string }>(
      'select count(*) as count from outbox_queue',
    );
    return Number(rows[0]?.count);
  }

  /** The sequences of each payment's events in the order of their first appearance in the topic. */
  function firstSequences(messages: readonly LogMessage[]): Map<string, number[]> {
    const sequences = new Map<string, number[]>();
    for (const { key, value } of messages) {
      const { sequence } = JSON.parse(String(value)) as { sequence: number };
      const payment = String(key);
      const seen = sequences.get(payment) ?? [];
      if (!seen.includes(sequence)) sequences.set(payment, [...seen, sequence]);
    }
    return sequences;
  }

  function assertAllInOrder(messages: readonly LogMessage[], names: readonly string[]): void {
    const sequences = firstSequences(messages);
    assert.deepEqual([...sequences.keys()].sort(), [...names].sort());
    for (const [payment, seen] of sequences) assert.deepEqual(seen, [1, 2], payment);
  }

  it('publishes every event once, those of a capture in order, byte for byte as stored', async (t) => {
    const names = namesOf('once', 700);
    await twoEventsEach(names);
    const made = relay(t);
    made.start();
    await eventually('the queue is empty', async () => (await queued()) === 0);
    const messages = await kafka.read(topic);
    assert.equal(messages.length, 1_400);
    assertAllInOrder(messages, names);
    const stored = await database.pool.query<{ payload: Buffer }>('select payload from outbox');
    const bytes = (values: readonly (Uint8Array | null)[]): string[] => values.map(String).sort();
    const ofNow = stored.rows
      .map(({ payload }) => payload)
      .filter((payload) => String(payload).includes('once-'));
    assert.deepEqual(bytes(messages.map(({ value }) => value)), bytes(ofNow));
  });

  it('lets one of several workers publish a shard, and another take over when it stops', async (t) => {
    const [first, second] = [relay(t), relay(t)];
    first.start();
    await eventually('the first has the shards', () => first.stats().shards.length > 0);
    second.start();
    const names = namesOf('handed-over', 300);
    await twoEventsEach(names.slice(0, 150));
    await eventually('half is published', async () => (await queued()) === 0);
    assert.equal(second.stats().published, 0);
    await first.stop(5_000);
    await twoEventsEach(names.slice(150));
    await eventually('all is published', async () => (await queued()) === 0);
    const messages = await kafka.read(topic);
    assert.equal(messages.length, 600);
    assertAllInOrder(messages, names);
  });

  it('loses nothing and keeps the order when its session and its connection to Kafka are cut meanwhile', async (t) => {
    const network = await freezableNetwork(kafka.client.brokers[0] ?? '');
    t.after(() => {
      network.close();
    });
    const [first, second] = [
      relay(t, { client: { ...kafka.client, sockets: network.sockets }, deadlineMs: 500, batchSize: 20 }),
      relay(t, { batchSize: 20 }),
    ];
    first.start();
    await eventually('the first has the shards', () => first.stats().shards.length > 0);
    second.start();
    const names = namesOf('cut', 1_000);
    await twoEventsEach(names);
    await eventually('it has begun', () => first.stats().published > 0);
    network.freezeConnections();
    await eventually('an append failed', () => first.stats().failures > 0);
    await database.pool.query(
      "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
    );
    await eventually('all is published', async () => (await queued()) === 0);
    assertAllInOrder(await kafka.read(topic), names);
  });

  it('publishes what is queued before it stops', async (t) => {
    const made = relay(t);
    made.start();
    await eventually('it has the shards', () => made.stats().shards.length > 0);
    const names = namesOf('stopped', 200);
    await twoEventsEach(names);
    await made.stop(10_000);
    assert.equal(await queued(), 0);
    assertAllInOrder(await kafka.read(topic), names);
  });
});
