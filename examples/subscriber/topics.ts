import type { Admin } from 'kafkajs';
import type { Logger } from 'pino';
import type { CaptureTopic } from './events.js';
import { CAPTURE_TOPICS } from './events.js';
import { openKafka } from './kafka.js';
import type { KafkaSettings } from './settings.js';

/** The names of the three capture topics in Kafka, and what each carries. */
export function topicsOf({ topicPrefix }: KafkaSettings): ReadonlyMap<string, CaptureTopic> {
  return new Map(CAPTURE_TOPICS.map((topic) => [topicPrefix + topic, topic]));
}

/** Does the work with a connection for questions to Kafka that aren't about reading. */
export async function withAdmin<Result>(
  settings: KafkaSettings,
  log: Logger,
  work: (admin: Admin) => Promise<Result>,
): Promise<Result> {
  const admin = openKafka(settings, log).admin();
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Rejects if a capture topic is missing: kafkajs would wait for it without a word. */
export async function requireTopics(admin: Admin, settings: KafkaSettings): Promise<void> {
  const there = new Set(await admin.listTopics());
  const missing = [...topicsOf(settings).keys()].filter((name) => !there.has(name));
  if (missing.length === 0) return;
  throw new Error(
    `TOPIC_PREFIX "${settings.topicPrefix}": Kafka has no topic ${missing.join(', ')}, or doesn't show it to this client. ` +
      'Correct TOPIC_PREFIX, create the topics with `capture-worker topics create`, or grant the right to read them',
  );
}
