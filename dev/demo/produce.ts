import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { OrderFulfilled } from '../../src/capture/order.js';
import { createLogProducer } from '../../src/kafka/log-producer.js';
import { orderEncoder } from '../../src/kafka/order-encoder.js';
import { registryClient } from '../../src/kafka/registry/client.js';
import { loadSchemas } from '../../src/kafka/schema-registry.js';
import { topicNames } from '../../src/kafka/topics.js';
import type { LogRecord } from '../../src/ports/log.js';
import type { DemoMessage, DemoOrder } from './orders.js';
import { poisonedOrder } from './orders.js';
import type { Scene } from './scene.js';

const AT_ONCE = 2_000;
/** How often some are put on the topic when they come evenly. */
const PACE_MS = 250;

/** Enters the orders' authorisations at the sandbox, so that there is something to capture: with what each is to meet, or without. */
export async function authorise(
  scene: Scene,
  orders: readonly DemoOrder[],
  { scripted = true }: { readonly scripted?: boolean } = {},
): Promise<void> {
  const { adminUrl, merchants } = scene.sandbox;
  for (let from = 0; from < orders.length; from += AT_ONCE) {
    const body = orders
      .slice(from, from + AT_ONCE)
      .map(({ shop: { provider }, paymentId, reference, authorisedAmount, currency, scenario }) => ({
        provider,
        paymentId,
        merchant: merchants[provider],
        reference,
        amount: authorisedAmount.toString(),
        currency,
        ...(scripted ? { scenario } : {}),
      }));
    const answer = await fetch(`${adminUrl}/authorisations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`The sandbox refused the authorisations: ${await answer.text()}`);
  }
}

/** Puts messages on `order.fulfilled`. */
export interface OrderProducer {
  /** In order, acknowledged; rejects as `LogProducer.append` does. */
  append(messages: readonly DemoMessage[]): Promise<void>;
  close(): Promise<void>;
}

export async function openOrderProducer(scene: Scene): Promise<OrderProducer> {
  const registry = registryClient({ url: scene.stack.env.SCHEMA_REGISTRY_URL });
  const topics = topicNames(scene.topicPrefix);
  const encode = orderEncoder(await loadSchemas(registry, topics), { source: '/demo' });
  await registry.close();
  const producer = createLogProducer({
    client: { brokers: scene.stack.env.KAFKA_BROKERS.split(','), clientId: 'demo' },
    log: pino({ level: 'silent' }),
  });
  return {
    append: (messages) => producer.append(messages.map((message) => recordOf(message, encode))),
    close: () => producer.close(),
  };
}

/** Puts the messages on `order.fulfilled`, in order: at once, or evenly over so many ms. */
export async function produce(
  scene: Scene,
  messages: readonly DemoMessage[],
  { overMs = 0, signal }: { readonly overMs?: number; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const producer = await openOrderProducer(scene);
  try {
    const step = overMs === 0 ? AT_ONCE : Math.ceil((messages.length * PACE_MS) / overMs);
    for (let from = 0; from < messages.length; from += step) {
      if (overMs > 0) await sleep(PACE_MS, undefined, { signal });
      await producer.append(messages.slice(from, from + step));
    }
  } finally {
    await producer.close();
  }
}

function recordOf(message: DemoMessage, encode: (order: OrderFulfilled) => LogRecord): LogRecord {
  if (message.kind === 'order') return encode(fulfilled(message.order, message.repeat));
  const poison = poisonOf(message, encode);
  return { ...poison, key: Buffer.from(message.key) };
}

/** `repeat` tells the messages of one order apart: each is an event of its own. */
export function fulfilled(order: DemoOrder, repeat: number): OrderFulfilled {
  const now = new Date();
  return {
    eventId: `${order.orderId}-fulfilled-${String(repeat)}`,
    orderId: order.orderId,
    paymentId: order.paymentId,
    provider: order.shop.provider,
    account: order.shop.account,
    authorisedAmount: order.authorisedAmount,
    captureAmount: order.captureAmount,
    currency: order.currency,
    captureCurrency: null,
    authorisedAt: now,
    fulfilledAt: now,
    references: new Map([['outTradeNo', order.reference]]),
    description: null,
  };
}

/** A message that can't become a capture, in one of the ways in which producers get it wrong. */
function poisonOf(
  message: DemoMessage & { readonly kind: 'poison' },
  encode: (order: OrderFulfilled) => LogRecord,
): LogRecord {
  const order = poisonedOrder(message.key);
  const good = encode(fulfilled(order, 0));
  const value = Buffer.from(good.value ?? []);
  switch (message.why) {
    case 'empty':
      return { ...good, value: null };
    case 'not_avro':
      return { ...good, value: Buffer.from('{"orderId":"as JSON"}') };
    case 'unknown_schema':
      value.writeUInt32BE(987_654_321, 1);
      return { ...good, value };
    case 'cut_short':
      return { ...good, value: value.subarray(0, value.length - 9) };
    case 'too_much':
      return encode({ ...fulfilled(order, 0), captureAmount: order.authorisedAmount + 10n });
    case 'no_account':
      return encode({ ...fulfilled(order, 0), account: 'nobody' });
    case 'other_currency':
      return encode({ ...fulfilled(order, 0), captureCurrency: 'USD' });
    case 'nul':
      return encode({ ...fulfilled(order, 0), orderId: `${order.orderId}\u0000` });
    case 'third_decimal':
      return encode({ ...fulfilled(order, 0), captureAmount: 12_345n });
  }
}
