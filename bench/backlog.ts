import { pino } from 'pino';
import type { Stack } from '../dev/stack/start.js';
import { seeded } from '../dev/demo/orders.js';
import { createLogProducer } from '../src/kafka/log-producer.js';
import { orderEncoder } from '../src/kafka/order-encoder.js';
import { registryClient } from '../src/kafka/registry/client.js';
import { loadSchemas } from '../src/kafka/schema-registry.js';
import { topicNames } from '../src/kafka/topics.js';
import { orderFor } from './orders.js';
import { zipf } from './zipf.js';

/** How the messages are keyed: each by its payment, or by customers of whom few have many orders. */
export type Keyed = 'distinct' | 'zipf';

const AT_ONCE = 5_000;
/** Customers, and how unevenly orders fall to them: the busiest has about one order in 280. */
const CUSTOMERS = 20_000;
const SKEW = 0.5;

/** Puts the first `count` orders on `order.fulfilled`. The same count gives the same messages, but for their times. */
export async function produceOrders({
  stack,
  prefix,
  keyed,
  count,
}: {
  readonly stack: Stack;
  readonly prefix: string;
  readonly keyed: Keyed;
  readonly count: number;
}): Promise<void> {
  const registry = registryClient({ url: stack.env.SCHEMA_REGISTRY_URL });
  const encode = orderEncoder(await loadSchemas(registry, topicNames(prefix)), { source: '/bench' });
  await registry.close();
  const producer = createLogProducer({
    client: { brokers: stack.env.KAFKA_BROKERS.split(','), clientId: 'bench' },
    log: pino({ level: 'silent' }),
  });
  const customerOf = zipf(CUSTOMERS, SKEW, seeded('customers'));
  const now = new Date();
  try {
    for (let from = 0; from < count; from += AT_ONCE) {
      const records = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, i) => {
        const record = encode(orderFor(from + i, now));
        return keyed === 'zipf'
          ? { ...record, key: Buffer.from(`customer-${String(customerOf())}`) }
          : record;
      });
      await producer.append(records);
    }
  } finally {
    await producer.close();
  }
}
