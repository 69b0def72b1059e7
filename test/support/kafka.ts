import { randomBytes } from 'node:crypto';
import type { Admin, Message, Producer } from 'kafkajs';
import { Partitioners } from 'kafkajs';
import { pino } from 'pino';
import type { KafkaClientConfig } from '../../src/kafka/client.js';
import { openKafkaClient } from '../../src/kafka/client.js';
import { protocolErrorOf } from '../../src/kafka/errors.js';
import { toLogMessage } from '../../src/kafka/log-message.js';
import type { LogMessage } from '../../src/ports/log.js';
import { eventually } from './eventually.js';

/** A test file's part of a real Kafka: topics and groups of its own, and eyes on them. */
export interface TestKafka {
  readonly client: KafkaClientConfig;
  readonly admin: Admin;
  /** Creates a topic under a name of its own. */
  createTopic(options?: { partitions?: number; config?: Readonly<Record<string, string>> }): Promise<string>;
  deleteTopic(topic: string): Promise<void>;
  /**
   * Has topics that were created by something else deleted when this is closed. Not before: an admin client that has to do with a topic asks
   * for it in each call from then on, and one that tests share fails in all of them while a topic goes.
   */
  deleteLater(topics: readonly string[]): void;
  /** Deletes topics that were created by something else, at once: not while another test uses this. */
  deleteTopics(topics: readonly string[]): Promise<void>;
  /** A group of its own. */
  group(): string;
  append(topic: string, messages: readonly Message[]): Promise<void>;
  /** A producer of transactions, which can overlap those of others. */
  transactional(): Promise<Producer>;
  /** Appends values to partition 0 in transactions, one after the other. */
  appendInTransactions(topic: string, transactions: readonly (readonly string[])[]): Promise<void>;
  /** All that is in a topic by now, partition by partition. */
  read(topic: string): Promise<LogMessage[]>;
  /** Commits for a group that has no members. */
  commit(group: string, topic: string, offset: bigint): Promise<void>;
  /** What a group has committed in a partition; null if nothing. */
  committed(group: string, topic: string, partition?: number): Promise<bigint | null>;
  /** Deletes the topics and disconnects. */
  close(): Promise<void>;
}

export const SILENT = pino({ level: 'silent' });

/** Opens the Kafka that KAFKA_BROKERS names. */
export async function openTestKafka(): Promise<TestKafka> {
  const client: KafkaClientConfig = { brokers: testBrokers(), clientId: 'capture-worker-test' };
  const { kafka } = openKafkaClient(client, SILENT);
  const admin = kafka.admin();
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await Promise.all([admin.connect(), producer.connect()]);
  const topics: string[] = [];
  const transactionals: Producer[] = [];
  // Given the usual 5 s, a busy broker says that the time is up and deletes them all the same; kafkajs would then ask until it gives up.
  const deleteTopics = (names: readonly string[]): Promise<void> =>
    admin.deleteTopics({ topics: [...names], timeout: 20_000 });
  const transactional = async (): Promise<Producer> => {
    const made = kafka.producer({
      transactionalId: uniqueName('transactions'),
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await made.connect();
    transactionals.push(made);
    return made;
  };
  return {
    client,
    admin,
    createTopic: async ({ partitions = 1, config = {} } = {}) => {
      const topic = uniqueName('topic');
      const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
      await admin.createTopics({
        // What kafkajs waits by ends with an error where a busy broker hasn't heard of the topic yet.
        waitForLeaders: false,
        topics: [{ topic, numPartitions: partitions, replicationFactor: 1, configEntries }],
      });
      topics.push(topic);
      await eventually(`${topic} is led`, () => isLed(admin, topic, partitions));
      return topic;
    },
    deleteLater: (names) => {
      topics.push(...names);
    },
    deleteTopics,
    deleteTopic: async (topic) => {
      await deleteTopics([topic]);
      topics.splice(topics.indexOf(topic), 1);
    },
    group: () => uniqueName('group'),
    append: async (topic, messages) => {
      await producer.send({ topic, messages: [...messages] });
    },
    transactional,
    appendInTransactions: async (topic, transactions) => {
      const writer = await transactional();
      for (const values of transactions) {
        const transaction = await writer.transaction();
        await transaction.send({ topic, messages: values.map((value) => ({ value, partition: 0 })) });
        await transaction.commit();
      }
    },
    read: (topic) => readToEnd(client, admin, topic),
    commit: (groupId, topic, offset) => commitAs(client, groupId, topic, offset),
    committed: async (groupId, topic, partition = 0) => {
      const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
      const offset = BigInt(found?.partitions.find((one) => one.partition === partition)?.offset ?? -1);
      return offset < 0n ? null : offset;
    },
    close: async () => {
      await Promise.all([producer, ...transactionals].map((one) => one.disconnect()));
      if (topics.length > 0) await deleteTopics(topics);
      await admin.disconnect();
    },
  };
}

function testBrokers(): string[] {
  const { KAFKA_BROKERS } = process.env;
  if (KAFKA_BROKERS === undefined) {
    throw new Error(
      'KAFKA_BROKERS is not set: run the tests with `npm test`, or `npm run stack` and its environment',
    );
  }
  return KAFKA_BROKERS.split(',');
}

function uniqueName(kind: string): string {
  return `test-${kind}-${randomBytes(8).toString('hex')}`;
}

async function readToEnd(client: KafkaClientConfig, admin: Admin, topic: string): Promise<LogMessage[]> {
  const missing = new Map<number, bigint>();
  for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
    if (BigInt(high) > BigInt(low)) missing.set(partition, BigInt(high));
  }
  const messages: LogMessage[] = [];
  if (missing.size === 0) return messages;
  const consumer = openKafkaClient(client, SILENT).kafka.consumer({
    groupId: uniqueName('reader'),
    maxWaitTimeInMs: 100,
  });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer.on('consumer.crash', ({ payload }) => {
      reject(payload.error);
    });
    const run = consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        messages.push(...batch.messages.map((message) => toLogMessage(batch, message)));
        const end = missing.get(batch.partition);
        if (end !== undefined && BigInt(batch.lastOffset()) + 1n >= end) missing.delete(batch.partition);
        if (missing.size === 0) resolve();
        return Promise.resolve();
      },
    });
    run.catch(reject);
  });
  await consumer.disconnect();
  return messages.sort((a, b) => a.partition - b.partition || Number(a.offset - b.offset));
}

/** The admin's own way to set offsets takes five seconds. */
async function commitAs(
  client: KafkaClientConfig,
  groupId: string,
  topic: string,
  offset: bigint,
): Promise<void> {
  const { kafka } = openKafkaClient(client, SILENT);
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 50 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic] });
  const joined = new Promise((resolve) => consumer.on('consumer.group_join', resolve));
  await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
  await joined;
  await consumer.commitOffsets([{ topic, partition: 0, offset: offset.toString() }]);
  await consumer.disconnect();
}

/** Whether all of a new topic's leaders answer. The metadata may not name them yet, and names them before they have taken the office. */
export async function isLed(admin: Admin, topic: string, partitions: number): Promise<boolean> {
  try {
    return (await admin.fetchTopicOffsets(topic)).length === partitions;
  } catch (error) {
    if (protocolErrorOf(error) === null) throw error;
    return false;
  }
}
