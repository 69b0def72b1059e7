import type pg from 'pg';
import { readBook, readRows, textOf } from '../dev/demo/collect.js';
import { readLedger } from '../dev/demo/compare-ledger.js';
import type { DemoMessage, DemoOrder } from '../dev/demo/orders.js';
import { readTopics } from '../dev/demo/read-topics.js';
import type { Scene } from '../dev/demo/scene.js';
import type { LagReader } from '../src/kafka/lag.js';
import { topicNames } from '../src/kafka/topics.js';
import type { LogMessage } from '../src/ports/log.js';
import type { Facts, OutboxRow } from './facts.js';

const OUTBOX = 'select id, capture_id, sequence, type, payload from outbox order by created_at';

/** What is read of a run from its books and its topics. */
export type Collected = Omit<Facts, 'leftovers' | 'recovery' | 'processTroubles' | 'hasLostSpan'>;

export async function collect(
  scene: Scene,
  produced: readonly DemoMessage[],
  pool: pg.Pool,
  reader: LagReader,
): Promise<Collected> {
  const names = topicNames(scene.topicPrefix);
  const events = [names['capture.succeeded'], names['capture.failed'], names['capture.pending']];
  const strays = [names['capture.pending.dlq'], names['capture.notification.dlq']];
  const orders = names['order.fulfilled'];
  const letters = names['order.fulfilled.dlq'];
  const [providers, rows, ledger, outbox, lags, read] = await Promise.all([
    readBook(scene),
    readRows(pool),
    readLedger(pool),
    readOutbox(pool),
    reader.read(scene.group, [orders]),
    readTopics(scene.stack.env.KAFKA_BROKERS, [orders, letters, ...events, ...strays]),
  ]);
  const of = (topic: string): readonly LogMessage[] => read.filter((message) => message.topic === topic);
  return {
    ...orderedIn(produced),
    messages: of(orders).map(({ partition, offset, key }) => ({
      partition,
      offset,
      key: textOf(key),
    })),
    committed: new Map(lags.map(({ partition, committed }) => [partition, committed ?? 0n])),
    providers,
    rows,
    outbox,
    published: read
      .filter(({ topic }) => events.includes(topic))
      .map((message) => ({
        topic: message.topic,
        eventId: headerOf(message, 'ce_id'),
        value: message.value ?? new Uint8Array(),
      })),
    deadLetters: of(letters).map((message) => ({
      key: textOf(message.key),
      partition: Number(headerOf(message, 'dlq_partition')),
      offset: BigInt(headerOf(message, 'dlq_offset')),
    })),
    strayDeadLetters: strays.filter((topic) => of(topic).length > 0),
    ledger,
  };
}

function orderedIn(produced: readonly DemoMessage[]): Pick<Facts, 'orders' | 'poison'> {
  const orders = new Map<string, DemoOrder>();
  const poison: string[] = [];
  for (const message of produced) {
    if (message.kind === 'order') orders.set(message.order.paymentId, message.order);
    else poison.push(message.key);
  }
  return { orders: [...orders.values()], poison };
}

async function readOutbox(pool: pg.Pool): Promise<OutboxRow[]> {
  interface Row {
    readonly id: string;
    readonly capture_id: string;
    readonly sequence: number;
    readonly type: string;
    readonly payload: Buffer;
  }
  const { rows } = await pool.query<Row>(OUTBOX);
  return rows.map(({ id, capture_id: captureId, sequence, type, payload }) => ({
    eventId: id,
    captureId,
    sequence,
    type,
    payload,
  }));
}

/** Of headers of one name the last counts. Throws if it isn't there. */
function headerOf({ topic, headers }: LogMessage, name: string): string {
  const found = headers.findLast(([called]) => called === name);
  if (found === undefined) throw new Error(`a message on ${topic} has no header ${name}`);
  return textOf(found[1]);
}
