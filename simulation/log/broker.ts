import type { LogMessage, LogRecord, TopicPartition } from '../../src/ports/log.js';
import { hashOf } from '../draw.js';

/** The log itself: topics, each of so many partitions, that only grow. */
export interface Broker {
  append(record: LogRecord): void;
  /** All of a partition from an offset on, at most so many. */
  read(place: TopicPartition, from: bigint, limit: number): readonly LogMessage[];
  end(place: TopicPartition): bigint;
  partitionsOf(topic: string): readonly TopicPartition[];
  /** All that a topic has, partition by partition. */
  all(topic: string): readonly LogMessage[];
  /** Calls `listener` after each append to the topic, until the returned function is called. */
  onAppend(topic: string, listener: (message: LogMessage) => void): () => void;
}

export function createBroker(partitions: number, now: () => Date): Broker {
  const topics = new Map<string, LogMessage[][]>();
  const listeners = new Map<string, Set<(message: LogMessage) => void>>();

  function logsOf(topic: string): LogMessage[][] {
    let logs = topics.get(topic);
    if (logs === undefined) {
      logs = Array.from({ length: partitions }, () => []);
      topics.set(topic, logs);
    }
    return logs;
  }

  function logOf({ topic, partition }: TopicPartition): LogMessage[] {
    const log = logsOf(topic)[partition];
    if (log === undefined) throw new Error(`topic ${topic} has no partition ${String(partition)}`);
    return log;
  }

  return {
    append: ({ topic, key, value, headers }) => {
      const partition = key === null ? 0 : hashOf(Buffer.from(key).toString('utf8')) % partitions;
      const log = logOf({ topic, partition });
      const message = { topic, partition, offset: BigInt(log.length), key, value, headers, timestamp: now() };
      log.push(message);
      for (const listener of [...(listeners.get(topic) ?? [])]) listener(message);
    },
    read: (place, from, limit) => logOf(place).slice(Number(from), Number(from) + limit),
    end: (place) => BigInt(logOf(place).length),
    partitionsOf: (topic) => logsOf(topic).map((_, partition) => ({ topic, partition })),
    all: (topic) => logsOf(topic).flat(),
    onAppend: (topic, listener) => {
      const of = listeners.get(topic) ?? new Set();
      listeners.set(topic, of);
      of.add(listener);
      return () => of.delete(listener);
    },
  };
}
