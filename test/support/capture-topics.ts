import { randomBytes } from 'node:crypto';
import type { CaptureEvent } from '../../src/capture/events.js';
import { EVENT_TYPES } from '../../src/capture/events.js';
import { eventEncoder } from '../../src/kafka/event-encoder.js';
import { createLogProducer } from '../../src/kafka/log-producer.js';
import { registryClient } from '../../src/kafka/registry/client.js';
import { loadSchemas, registerSchemas } from '../../src/kafka/schema-registry.js';
import { topicNames } from '../../src/kafka/topics.js';
import { aCapture } from './captures.js';
import { eventually } from './eventually.js';
import type { TestKafka } from './kafka.js';
import { isLed, SILENT } from './kafka.js';

export type { History } from './capture-histories.js';
export { interleaved, randomHistories, randomSeed } from './capture-histories.js';

/** The three capture topics under a prefix of their own, with their schemas registered. */
export interface CaptureTopics {
  readonly prefix: string;
  /** Their names in Kafka. */
  readonly names: readonly string[];
  /** Appends events in this order, as the product's relay does: encoded by the registered schemas, keyed by payment. */
  write(events: readonly CaptureEvent[]): Promise<void>;
  /** How many messages of the topics a group hasn't committed yet. 0: it has handled all that was written. */
  lag(group: string): Promise<bigint>;
  /** Has the topics deleted when `kafka` is closed. Before it, end whatever reads them. */
  close(): Promise<void>;
}

/** Creates fresh capture topics on the Kafka of `kafka` and registers their schemas at SCHEMA_REGISTRY_URL. */
export async function openCaptureTopics(kafka: TestKafka, { partitions = 3 } = {}): Promise<CaptureTopics> {
  const { SCHEMA_REGISTRY_URL } = process.env;
  if (SCHEMA_REGISTRY_URL === undefined) throw new Error('SCHEMA_REGISTRY_URL is not set');
  const prefix = `test-${randomBytes(6).toString('hex')}.`;
  const topics = topicNames(prefix);
  const names = EVENT_TYPES.map((type) => topics[type]);
  await kafka.admin.createTopics({
    // kafkajs can't wait for the leaders of several topics that are created side by side.
    waitForLeaders: false,
    topics: names.map((topic) => ({ topic, numPartitions: partitions, replicationFactor: 1 })),
  });
  for (const name of names) {
    await eventually(`${name} has its leaders`, () => isLed(kafka.admin, name, partitions));
  }
  const registry = registryClient({ url: SCHEMA_REGISTRY_URL });
  await registerSchemas(registry, topics);
  const contracts = await loadSchemas(registry, topics);
  await registry.close();
  const encode = eventEncoder(contracts);
  const producer = createLogProducer({ client: kafka.client, log: SILENT });
  return {
    prefix,
    names,
    write: (events) => producer.append(events.map((event) => encode(event, aCapture().traceparent).record)),
    lag: async (groupId) => {
      const ofGroup = await kafka.admin.fetchOffsets({ groupId, topics: names });
      const committed = new Map(
        ofGroup.flatMap(({ topic, partitions: all }) =>
          all.map(({ partition, offset }) => [`${topic}/${String(partition)}`, BigInt(offset)]),
        ),
      );
      let lag = 0n;
      for (const topic of names) {
        for (const { partition, high } of await kafka.admin.fetchTopicOffsets(topic)) {
          const offset = committed.get(`${topic}/${String(partition)}`) ?? 0n;
          lag += BigInt(high) - (offset < 0n ? 0n : offset);
        }
      }
      return lag;
    },
    close: async () => {
      await producer.close();
      kafka.deleteLater(names);
    },
  };
}
