import type { ITopicConfig } from 'kafkajs';

/** Every topic that the system reads or writes, by its name without a prefix. */
export const TOPICS = [
  'order.fulfilled',
  'capture.succeeded',
  'capture.failed',
  'capture.pending',
  'capture.notification',
  'order.fulfilled.dlq',
  'capture.pending.dlq',
  'capture.notification.dlq',
] as const;
export type TopicName = (typeof TOPICS)[number];
export type TopicNames = Readonly<Record<TopicName, string>>;

/** What the topics are called in Kafka: `prefix`, which can be empty, before each name. It keeps installations of one cluster apart. */
export function topicNames(prefix = ''): TopicNames {
  const names: Partial<Record<TopicName, string>> = {};
  for (const topic of TOPICS) names[topic] = prefix + topic;
  return names as TopicNames;
}

/** The registry's subject for the values of a topic (TopicNameStrategy). */
export function subjectOf(topic: string): string {
  return `${topic}-value`;
}

export interface TopicSettings {
  readonly prefix?: string;
  /** Copies of each partition. 3 in production; 1 is all that a single broker can hold. */
  readonly replicationFactor: number;
  /** Of each topic but the dead-letter ones. It bounds how many workers share the work; it can be raised later, never lowered. */
  readonly partitions?: number;
}

/** The topics as they should be created. */
export function topicConfigs(settings: TopicSettings): ITopicConfig[] {
  const { prefix = '', replicationFactor, partitions = 12 } = settings;
  return TOPICS.map((topic) => ({
    topic: prefix + topic,
    // Dead letters are few and read by people: one partition shows them in the order in which they came.
    numPartitions: isDeadLetter(topic) ? 1 : partitions,
    replicationFactor,
    configEntries: Object.entries({
      // Never compact: the key is the payment, and compaction would drop all of its events but the last.
      'cleanup.policy': 'delete',
      'retention.ms': retentionMs(topic).toString(),
      // An acknowledged record is on two brokers, and one broker may be away without stopping the work.
      'min.insync.replicas': Math.max(1, Math.min(2, replicationFactor - 1)).toString(),
      'unclean.leader.election.enable': 'false',
      // Whatever a producer compresses with, the broker stores it plain: so no batch is larger for its readers than brokers allow.
      'compression.type': 'uncompressed',
    }).map(([name, value]) => ({ name, value })),
  }));
}

const FOR_EVER = -1;
const DAY_MS = 86_400_000;

/** How long its messages are kept, in ms; below 0 for ever. */
export function retentionMs(topic: TopicName): number {
  switch (topic) {
    case 'capture.succeeded':
    case 'capture.failed':
    case 'capture.pending':
      // Subscribers rebuild themselves from the first event on.
      return FOR_EVER;
    case 'order.fulfilled.dlq':
    case 'capture.pending.dlq':
    case 'capture.notification.dlq':
      // A dead letter is an order that nobody charged yet: it goes when a person has dealt with it, not by age.
      return FOR_EVER;
    case 'order.fulfilled':
    case 'capture.notification':
      // Longer than any authorisation lives (30 days) and than a backup is old that one would still restore: what the database lost by
      // the restore is read again.
      return 90 * DAY_MS;
  }
}

function isDeadLetter(topic: TopicName): boolean {
  return topic.endsWith('.dlq');
}
