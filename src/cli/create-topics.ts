import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from 'kafkajs';
import type { Logger } from 'pino';
import { CaptureWorkerError, messageOf } from '../errors.js';
import type { KafkaClientConfig } from '../kafka/client.js';
import { openKafkaClient } from '../kafka/client.js';
import { within } from '../kafka/deadline.js';
import { logUnavailable, protocolErrorOf, refusesLogin } from '../kafka/errors.js';
import { readTopics } from '../kafka/read-topics.js';
import { deviationsOf } from '../kafka/topic-settings.js';
import type { TopicSettings } from '../kafka/topics.js';
import { topicConfigs } from '../kafka/topics.js';

export interface CreatedTopic {
  readonly topic: string;
  readonly outcome: 'created' | 'existed';
  readonly partitions: number;
  /** Of one that existed: each setting that can lose what must not be lost, or that the settings can't be read. */
  readonly remarks: readonly string[];
}

const DEADLINE_MS = 60_000;
const DISCONNECT_MS = 5_000;
/** What brokers say of a topic that they were told to create and haven't set up. */
const NOT_YET: readonly string[] = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE'];
const NOT_YET_MS = 100;

/**
 * Creates the topics that don't exist; those that do are left alone, however they are set up, with remarks on that. Throws TOPIC_REFUSED
 * if the brokers won't create one, or as `logUnavailable` says if they don't answer.
 */
export async function createTopics(
  client: KafkaClientConfig,
  settings: TopicSettings,
  log: Logger,
): Promise<readonly CreatedTopic[]> {
  const { kafka, sockets, trouble } = openKafkaClient(client, log);
  const admin = kafka.admin({ retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 4 } });
  const late = (): Error => new Error(`no answer within ${String(DEADLINE_MS)} ms`);
  try {
    return await within(DEADLINE_MS, Promise.race([createMissing(admin, settings), trouble.hopeless]), late);
  } catch (error) {
    throw refusedOrUnavailable(error, trouble.last());
  } finally {
    await within(DISCONNECT_MS, admin.disconnect(), late).catch(() => undefined);
    sockets.close();
  }
}

async function createMissing(admin: Admin, settings: TopicSettings): Promise<CreatedTopic[]> {
  await admin.connect();
  await refuseTooFewBrokers(admin, settings.replicationFactor);
  const wanted = topicConfigs(settings);
  const existing = new Set(await admin.listTopics());
  const missing = wanted.filter(({ topic }) => !existing.has(topic));
  if (missing.length > 0) await admin.createTopics({ topics: missing, waitForLeaders: false });
  const partitions = await partitionsOf(
    admin,
    wanted.map(({ topic }) => topic),
  );
  const remarks = existing.size === 0 ? [] : await remarksOn(admin, settings.prefix ?? '');
  return wanted.map(({ topic }) => ({
    topic,
    outcome: existing.has(topic) ? 'existed' : 'created',
    partitions: partitions.get(topic) ?? 0,
    remarks: remarks
      .filter((remark) => remark.topic === topic && existing.has(topic))
      .map(({ text }) => text),
  }));
}

async function remarksOn(
  admin: Admin,
  prefix: string,
): Promise<readonly { readonly topic: string; readonly text: string }[]> {
  const { states, untold } = await readTopics(admin, prefix);
  return [
    ...deviationsOf(states),
    ...untold.map(({ topic, why }) => ({ topic, text: `its settings can't be read: ${why}` })),
  ];
}

/**
 * How many partitions each topic has, once all are known and led. A topic that was just created is unknown to the brokers for a moment;
 * the caller's deadline ends the wait.
 */
async function partitionsOf(admin: Admin, names: readonly string[]): Promise<ReadonlyMap<string, number>> {
  for (;;) {
    try {
      const { topics } = await admin.fetchTopicMetadata({ topics: [...names] });
      const led = topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0));
      if (led) return new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
    } catch (error) {
      if (!NOT_YET.includes(protocolErrorOf(firstOf(error)) ?? '')) throw error;
    }
    await sleep(NOT_YET_MS);
  }
}

/** Kafka would say so too, of each topic at once and in fewer words. */
async function refuseTooFewBrokers(admin: Admin, replicationFactor: number): Promise<void> {
  const { brokers } = await admin.describeCluster();
  if (brokers.length >= replicationFactor) return;
  const has = brokers.length === 1 ? 'one broker' : `${String(brokers.length)} brokers`;
  throw new CaptureWorkerError(
    'TOPIC_REFUSED',
    `The cluster has ${has}, so it can't keep ${String(replicationFactor)} copies: add brokers, or give ` +
      `--replication-factor ${String(brokers.length)}${brokers.length === 1 ? ' to try things out; orders would be lost with that broker' : ''}.`,
  );
}

function refusedOrUnavailable(error: unknown, trouble: Error | null): CaptureWorkerError {
  const refusal = protocolErrorOf(firstOf(error));
  if (refusal === null || refusesLogin(error)) return logUnavailable("Can't create topics", error, trouble);
  return new CaptureWorkerError(
    'TOPIC_REFUSED',
    `The brokers refuse to create topics: ${messageOf(firstOf(error))} (${refusal})`,
    { cause: error },
  );
}

/** kafkajs puts the errors of several topics into one. */
function firstOf(error: unknown): unknown {
  if (!(error instanceof Error && 'errors' in error && Array.isArray(error.errors))) return error;
  const errors: readonly unknown[] = error.errors;
  return errors[0] ?? error;
}
