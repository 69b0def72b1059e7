import { randomBytes } from 'node:crypto';
import type pg from 'pg';
import { createDeadLetterProducer } from '../../producers/dead-letter.js';
import type { FoldPolicy } from '../../src/capture/state-machine.js';
import { fold } from '../../src/capture/state-machine.js';
import { createLogProducer } from '../../src/kafka/log-producer.js';
import { registryClient } from '../../src/kafka/registry/client.js';
import type { RegisteredContracts } from '../../src/kafka/schema-registry.js';
import { loadSchemas, registerSchemas } from '../../src/kafka/schema-registry.js';
import type { TopicNames } from '../../src/kafka/topics.js';
import { topicNames } from '../../src/kafka/topics.js';
import type { Clock } from '../../src/ports/clock.js';
import type { LogMessage } from '../../src/ports/log.js';
import type { StoredNotification } from '../../src/ports/notification.js';
import type { NotificationResult } from '../../src/ports/observer.js';
import type { CaptureStore } from '../../src/ports/store.js';
import { reconciliationGroup } from '../../src/kafka/consumption.js';
import { reconciliationPorts } from '../../src/pipeline-ports.js';
import { createReconciliation } from '../../src/reconciliation.js';
import { keepNotification } from '../../src/store/notifications.js';
import { systemClock } from '../../src/system-clock.js';
import { batchStore } from '../../src/worker/batched-store.js';
import { SILENT_OBSERVER } from './capture-path.js';
import { POLICY } from './captures.js';
import type { TestDatabase } from './database.js';
import { createTestDatabase } from './database.js';
import { eventually } from './eventually.js';
import type { TestKafka } from './kafka.js';
import { isLed, openTestKafka, SILENT } from './kafka.js';
import { numberOf, rowsOf, testStore } from './store.js';

const TOPICS = [
  'capture.notification',
  'capture.pending',
  'capture.notification.dlq',
  'capture.pending.dlq',
] as const;

/** Long enough for 10,000 of them on a small machine that is busy. */
const WAIT_MS = 180_000;

/** What a worker does with notifications, on a real Kafka, registry and PostgreSQL; the rest of the worker is the test. */
export interface Bench {
  readonly kafka: TestKafka;
  readonly topics: TopicNames;
  readonly contracts: RegisteredContracts;
  readonly pool: pg.Pool;
  readonly store: CaptureStore;
  /** How the notifications ended that were consumed or joined so far. */
  readonly results: NotificationResult[];
  /** As the notify endpoint does once the signature holds. */
  keep(notifications: readonly StoredNotification[]): Promise<void>;
  /** Waits until so many notifications ended in this way. */
  ended(result: NotificationResult, count: number): Promise<void>;
  /** Waits until all that is on a topic was consumed and committed. */
  consumed(topic: (typeof TOPICS)[number]): Promise<void>;
  /** A capture's state, pending reason, review and sequence. */
  standing(captureId: string): Promise<Readonly<Record<string, unknown>>>;
  read(topic: (typeof TOPICS)[number]): Promise<LogMessage[]>;
  close(): Promise<void>;
}

/** Opens a bench of its own. An inquiry is due when `policy` says; all waits are the clock's. */
export async function openBench(policy: FoldPolicy = POLICY, clock: Clock = systemClock): Promise<Bench> {
  const { SCHEMA_REGISTRY_URL } = process.env;
  if (SCHEMA_REGISTRY_URL === undefined) throw new Error('SCHEMA_REGISTRY_URL is not set');
  const kafka = await openTestKafka();
  const database: TestDatabase = await createTestDatabase();
  const topics = topicNames(`test-${randomBytes(6).toString('hex')}.`);
  const names = TOPICS.map((topic) => topics[topic]);
  await kafka.admin.createTopics({
    waitForLeaders: false,
    topics: names.map((topic) => ({ topic, numPartitions: 3, replicationFactor: 1 })),
  });
  for (const name of names) await eventually(`${name} has its leaders`, () => isLed(kafka.admin, name, 3));
  const registry = registryClient({ url: SCHEMA_REGISTRY_URL });
  await registerSchemas(registry, topics);
  const contracts = await loadSchemas(registry, topics);
  const producer = createLogProducer({ client: kafka.client, log: SILENT });
  const group = kafka.group();
  const results: NotificationResult[] = [];
  const stop = new AbortController();
  const pool = database.anotherPool(8);
  const store = testStore(pool, {
    fold: (capture, evidence, now) => fold({ capture, evidence, now, random: 0.5 }, policy),
  });
  const shared = { clock, random: Math.random, log: SILENT };
  const observer = {
    ...SILENT_OBSERVER,
    notification: (_provider: unknown, result: NotificationResult) => void results.push(result),
  };
  const onFatal = (error: unknown): void => {
    throw error instanceof Error ? error : new Error(String(error));
  };
  const reconciliation = createReconciliation(
    reconciliationPorts(
      { ...shared, topics, producer, pool, registry, kafka: kafka.client, group, sessionTimeoutMs: 10_000 },
      contracts,
      onFatal,
    ),
    {
      ...shared,
      store: batchStore({ ...shared, store, maxBatch: 200, observer, stop: stop.signal }),
      deadLetters: createDeadLetterProducer({ producer, topicOf: (topic) => `${topic}.dlq`, worker: 'test' }),
      observer,
      maxInFlight: 50,
      commitEveryMs: 100,
      sweepEveryMs: 1_000,
      onFatal,
    },
  );
  await reconciliation.start();

  async function undone(topic: string): Promise<bigint> {
    const ends = await kafka.admin.fetchTopicOffsets(topic);
    const committed = await Promise.all(
      ends.map(({ partition }) => kafka.committed(reconciliationGroup(group), topic, partition)),
    );
    return ends.reduce((sum, { high }, index) => sum + BigInt(high) - (committed[index] ?? 0n), 0n);
  }

  return {
    kafka,
    topics,
    contracts,
    pool,
    store,
    results,
    keep: async (notifications) => {
      await Promise.all(notifications.map((one) => keepNotification(pool, one)));
      reconciliation.notificationStored();
    },
    ended: (result, count) =>
      eventually(
        `${String(count)} notifications ${result}`,
        () => results.filter((each) => each === result).length >= count,
        WAIT_MS,
      ),
    consumed: async (topic) => {
      await eventually('the queue is empty', async () => {
        return (await numberOf(pool, 'select count(*) from notification_queue')) === 0;
      });
      await eventually(`${topic} is consumed`, async () => (await undone(topics[topic])) === 0n);
    },
    standing: async (captureId) => {
      const [row] = await rowsOf(
        pool,
        'select state, pending_reason, review, sequence from captures where capture_id = $1',
        [captureId],
      );
      return row ?? {};
    },
    read: (topic) => kafka.read(topics[topic]),
    close: async () => {
      await reconciliation.drain(5_000);
      await reconciliation.stopPublishing(1_000);
      stop.abort();
      await Promise.all([producer.close(), registry.close()]);
      await kafka.deleteTopics(names);
      await kafka.close();
      await database.drop();
    },
  };
}
