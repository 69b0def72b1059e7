import { createPrivateKey, createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { eventIdOf } from '../../../src/capture/ids.js';
import { createCaptures } from './captures.js';
import type { Order, Outcome } from './order.js';
import { readOrder } from './order.js';
import { readSettings } from './settings.js';
import { captureAtWallet } from './wallet.js';

/**
 * The worker that the documentation of kafkajs leads to: `consumer.run` with an `eachMessage` that awaits one step after the other, a
 * pool of pg, `fetch`, and a `producer.send` for each event. All of these have their defaults but one: the section on partition-aware
 * concurrency says to raise `partitionsConsumedConcurrently` where messages wait for the network, up to the number of partitions, which
 * is what is done here. A message at a time for each partition is then all that it can have under way.
 *
 * A message that fails is tried again by kafkajs, which commits the offsets of finished ones only.
 */
const settings = readSettings(process.env);
const kafka = new Kafka({ brokers: settings.KAFKA_BROKERS.split(','), logLevel: logLevel.WARN });
const registry = new SchemaRegistry({ host: settings.SCHEMA_REGISTRY_URL });
const pool = new pg.Pool({ connectionString: settings.DATABASE_URL });
const captures = createCaptures(pool);
const wallet = {
  url: settings.PEER_PROVIDER_URL,
  clientId: settings.PEER_CLIENT_ID,
  privateKey: createPrivateKey(await readFile(settings.PEER_PRIVATE_KEY)),
  providerKey: createPublicKey(await readFile(settings.PEER_PROVIDER_KEY)),
};
const producer = kafka.producer();
const consumer = kafka.consumer({ groupId: settings.PEER_GROUP });

async function capture(message: Buffer): Promise<void> {
  const order = readOrder(await registry.decode(message), settings.PEER_MERCHANT);
  const earlier = await captures.claim(order);
  const outcome = earlier ?? (await captureAtWallet(order, wallet));
  if (earlier === null) await captures.settle(order, outcome);
  const value = await registry.encode(eventSchema, eventOf(order, outcome));
  await producer.send({ topic: settings.PEER_EVENTS_TOPIC, messages: [{ key: order.paymentId, value }] });
}

function eventOf(order: Order, { providerCaptureId, capturedAt, settledAt }: Outcome): object {
  const { captureId, requestId, orderId, paymentId, provider, account, amount, currency } = order;
  return {
    eventId: eventIdOf(captureId, 1),
    captureId,
    captureRequestId: requestId,
    orderId,
    paymentId,
    provider,
    account,
    amount: Number(amount),
    currency,
    sequence: 1,
    occurredAt: settledAt.getTime(),
    evidence: { kind: 'capture_response', rank: 1, providerCode: 'SUCCESS', message: null },
    supersedes: null,
    providerCaptureId,
    capturedAt: capturedAt.getTime(),
    settlementAmount: null,
    settlementCurrency: null,
  };
}

async function stop(): Promise<void> {
  // Waits for the messages under way, commits and leaves the group.
  await consumer.disconnect();
  await producer.disconnect();
  await pool.end();
}

const eventSchema = await registry.getLatestSchemaId(settings.PEER_EVENTS_SUBJECT);
await producer.connect();
await consumer.connect();
await consumer.subscribe({ topic: settings.PEER_ORDERS_TOPIC, fromBeginning: true });
await consumer.run({
  partitionsConsumedConcurrently: settings.PEER_PARTITIONS,
  eachMessage: async ({ message: { value } }) => {
    if (value !== null) await capture(value);
  },
});
process.once('SIGTERM', () => void stop());
