import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { pino } from 'pino';
import { createLogProducer } from '../src/kafka/log-producer.js';
import { orderEncoder } from '../src/kafka/order-encoder.js';
import { registryClient } from '../src/kafka/registry/client.js';
import { loadSchemas } from '../src/kafka/schema-registry.js';
import { topicNames } from '../src/kafka/topics.js';
import type { Arena } from './arena.js';
import { ACCOUNT, numberOf, orderFor } from './orders.js';

/** Orders that come evenly, whether or not those before them are done. */
export interface OpenLoop {
  readonly prefix: string;
  readonly perSecond: number;
  readonly forMs: number;
  readonly account?: string;
  /** The number of the first payment; 0 unless given. */
  readonly first?: number;
}

/** Appends one order after the other, and returns when each was due, by performance.now(). */
export async function sendEvenly(
  arena: Arena,
  { prefix, perSecond, forMs, account = ACCOUNT, first = 0 }: OpenLoop,
): Promise<readonly number[]> {
  const registry = registryClient({ url: arena.stack.env.SCHEMA_REGISTRY_URL });
  const encode = orderEncoder(await loadSchemas(registry, topicNames(prefix)), { source: '/bench' });
  await registry.close();
  const producer = createLogProducer({
    client: { brokers: arena.stack.env.KAFKA_BROKERS.split(','), clientId: 'bench-open-loop' },
    log: pino({ level: 'silent' }),
  });
  await producer.connect();
  const everyMs = 1_000 / perSecond;
  const dueAt: number[] = [];
  const appended: Promise<void>[] = [];
  const begun = performance.now();
  try {
    for (let n = 0; n * everyMs < forMs; n += 1) {
      if (arena.signal.aborted) break;
      const due = begun + n * everyMs;
      await sleep(Math.max(0, due - performance.now()));
      dueAt.push(due);
      appended.push(producer.append([encode(orderFor(first + n, new Date(), account))]));
    }
    await Promise.all(appended);
  } finally {
    await producer.close();
  }
  return dueAt;
}

/** When the event of each payment was first readable on `capture.succeeded`, by its number and performance.now(). */
export interface Readable {
  readonly at: ReadonlyMap<number, number>;
  close(): Promise<void>;
}

export async function readEvents(arena: Arena, prefix: string): Promise<Readable> {
  const at = new Map<number, number>();
  const kafka = new kafkajs.Kafka({
    brokers: arena.stack.env.KAFKA_BROKERS.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const consumer = kafka.consumer({
    groupId: `bench-reader-${randomBytes(4).toString('hex')}`,
    maxWaitTimeInMs: 500,
  });
  await consumer.connect();
  await consumer.subscribe({ topic: topicNames(prefix)['capture.succeeded'], fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message: { key } }) => {
      const n = key === null ? null : numberOf(key.toString());
      if (n !== null && !at.has(n)) at.set(n, performance.now());
      return Promise.resolve();
    },
  });
  return { at, close: () => consumer.disconnect() };
}
