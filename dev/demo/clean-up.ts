import { Kafka, logLevel } from 'kafkajs';
import { subjectOf, topicNames } from '../../src/kafka/topics.js';

export interface Leftovers {
  readonly brokers: string;
  readonly registryUrl: string;
  readonly topicPrefix: string;
  readonly groups: readonly string[];
}

/** Removes a run's topics, its groups and its schemas from parts that outlive the run. What is gone already is no error. */
export async function removeLeftovers({
  brokers,
  registryUrl,
  topicPrefix,
  groups,
}: Leftovers): Promise<void> {
  const kafka = new Kafka({ brokers: brokers.split(','), clientId: 'demo', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  const topics = Object.values(topicNames(topicPrefix));
  try {
    await admin.connect();
    await admin.deleteGroups([...groups]).catch(() => undefined);
    await admin.deleteTopics({ topics }).catch(() => undefined);
  } finally {
    await admin.disconnect();
  }
  await Promise.allSettled(
    topics.map((topic) =>
      fetch(`${registryUrl}/subjects/${encodeURIComponent(subjectOf(topic))}`, { method: 'DELETE' }),
    ),
  );
}
