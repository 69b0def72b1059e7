import type { Admin } from 'kafkajs';
import kafkajs from 'kafkajs';
import { messageOf } from '../errors.js';
import type { TopicState } from './topic-settings.js';
import { topicNames, TOPICS } from './topics.js';

export interface TopicReading {
  readonly states: readonly TopicState[];
  /** Topics whose settings the brokers don't tell us, with what they say of it. */
  readonly untold: readonly { readonly topic: string; readonly why: string }[];
}

/** Reads how those of our topics are set up that exist. Rejects with an error of kafkajs if the brokers don't answer. */
export async function readTopics(admin: Admin, prefix: string): Promise<TopicReading> {
  const names = topicNames(prefix);
  const existing = new Set(await admin.listTopics());
  const states: TopicState[] = [];
  const untold: { topic: string; why: string }[] = [];
  for (const name of TOPICS) {
    const topic = names[name];
    if (!existing.has(topic)) continue;
    // One by one: that one is kept from us must not keep the others from us.
    try {
      states.push({
        name,
        topic,
        copies: await copiesOf(admin, topic),
        settings: await settingsOf(admin, topic),
      });
    } catch (error) {
      untold.push({ topic, why: messageOf(error) });
    }
  }
  return { states, untold };
}

async function copiesOf(admin: Admin, topic: string): Promise<number> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const copies = topics.flatMap(({ partitions }) => partitions.map(({ replicas }) => replicas.length));
  return Math.min(...copies);
}

async function settingsOf(admin: Admin, topic: string): Promise<ReadonlyMap<string, string>> {
  const { resources } = await admin.describeConfigs({
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
    includeSynonyms: false,
  });
  return new Map(
    resources.flatMap(({ configEntries }) =>
      configEntries.map(({ configName, configValue }) => [configName, configValue] as const),
    ),
  );
}
