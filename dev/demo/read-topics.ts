import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { toLogMessage } from '../../src/kafka/log-message.js';
import type { LogMessage } from '../../src/ports/log.js';

/** Reads topics from their beginning to where they end now, in a group of its own that is deleted afterwards. */
export async function readTopics(brokers: string, topics: readonly string[]): Promise<LogMessage[]> {
  const kafka = new Kafka({ brokers: brokers.split(','), clientId: 'reader', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  const groupId = `reader-${randomBytes(4).toString('hex')}`;
  try {
    const wanted = new Map<string, bigint>();
    for (const topic of topics) {
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
        if (BigInt(high) > BigInt(low)) wanted.set(`${topic}/${String(partition)}`, BigInt(high));
      }
    }
    if (wanted.size === 0) return [];
    const messages = await readUntil(kafka, groupId, topics, wanted);
    await admin.deleteGroups([groupId]);
    return messages;
  } finally {
    await admin.disconnect();
  }
}

/** `wanted` has, for each partition that isn't empty, the offset after its last message. */
async function readUntil(
  kafka: Kafka,
  groupId: string,
  topics: readonly string[],
  wanted: Map<string, bigint>,
): Promise<LogMessage[]> {
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  const messages: LogMessage[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on('consumer.crash', ({ payload }) => {
        reject(payload.error);
      });
      consumer
        .run({
          autoCommit: false,
          eachBatch: ({ batch: { topic, partition, messages: batch } }) => {
            const place = `${topic}/${String(partition)}`;
            for (const message of batch) {
              if (!wanted.has(place)) break;
              messages.push(toLogMessage({ topic, partition }, message));
              if (BigInt(message.offset) + 1n >= (wanted.get(place) ?? 0n)) wanted.delete(place);
            }
            if (wanted.size === 0) resolve();
            return Promise.resolve();
          },
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return messages;
}
