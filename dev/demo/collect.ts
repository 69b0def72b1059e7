import type pg from 'pg';
import { PROVIDERS } from '../../src/capture/capture.js';
import { isRejection } from '../../src/capture/rejection.js';
import { eventDecoder } from '../../src/kafka/event-decoder.js';
import { registryClient } from '../../src/kafka/registry/client.js';
import { loadSchemas } from '../../src/kafka/schema-registry.js';
import { topicNames } from '../../src/kafka/topics.js';
import { wordOf } from '../../src/store/row.js';
import { systemClock } from '../../src/system-clock.js';
import type { Calls, DatedEvent } from './chaos/figures.js';
import type { ReviewedRow, TruthEntry } from './chaos/truth.js';
import type { BookEntry, Books } from './compare.js';
import type { DemoPlan } from './orders.js';
import { readTopics } from './read-topics.js';
import type { Scene } from './scene.js';

/** How far the worker is. */
export interface Standing {
  readonly succeeded: number;
  readonly failed: number;
  readonly pending: number;
  /** Planned or being sent. */
  readonly open: number;
  /** Events that wait to be published. */
  readonly queued: number;
}

/** Counts captures by state, and events still to be published. */
const STANDING = `
  select
    count(*) filter (where state = 'succeeded')::int as succeeded,
    count(*) filter (where state = 'failed')::int as failed,
    count(*) filter (where state = 'pending')::int as pending,
    count(*) filter (where state in ('planned', 'sending'))::int as open,
    (select count(*) from outbox_queue)::int as queued
  from captures`;

export async function standingOf(pool: pg.Pool): Promise<Standing> {
  const { rows } = await pool.query<Standing & pg.QueryResultRow>(STANDING);
  const [standing] = rows;
  if (standing === undefined) throw new Error('a count has one row');
  return standing;
}

const ROWS = `
  select provider, capture_id, order_id, payment_id, amount::text, currency, state, sequence::int, review
  from captures
  order by payment_id`;

/** Everything that the books say at the end. */
export interface Collected {
  readonly books: Books & { readonly rows: readonly ReviewedRow[]; readonly events: readonly DatedEvent[] };
  /** How often money was asked for twice. */
  readonly doubleCaptures: number;
  readonly truth: readonly TruthEntry[];
  readonly calls: Calls;
}

export async function collectBooks(scene: Scene, plan: DemoPlan, pool: pg.Pool): Promise<Collected> {
  const [{ book, ...providers }, rows, { events, deadLetters }] = await Promise.all([
    readBook(scene),
    readRows(pool),
    readPublished(scene),
  ]);
  const poison = plan.messages.flatMap((message) => (message.kind === 'poison' ? [message.key] : []));
  return { books: { orders: plan.orders, poison, book, rows, events, deadLetters }, ...providers };
}

interface BookOfProvider {
  readonly doubleCaptures: number;
  readonly troubled: Calls;
  readonly authorisations: readonly (TruthEntry & {
    readonly currency: string;
    readonly capturedAmount: string;
  })[];
}

/** What all providers' books say. */
export type BookOfAll = Omit<Collected, 'books'> & { readonly book: readonly BookEntry[] };

/** The books of all providers as one. */
export async function readBook({ sandbox }: Pick<Scene, 'sandbox'>): Promise<BookOfAll> {
  const answer = await fetch(`${sandbox.adminUrl}/book`);
  const books = Object.values((await answer.json()) as Record<string, BookOfProvider>);
  const truth = books.flatMap(({ authorisations }) => authorisations);
  const sum = (count: (book: BookOfProvider) => number): number =>
    books.reduce((total, one) => total + count(one), 0);
  return {
    book: truth.map(({ paymentId, currency, capturedAmount }) => ({
      paymentId,
      currency,
      captured: BigInt(capturedAmount),
    })),
    truth,
    doubleCaptures: sum(({ doubleCaptures }) => doubleCaptures),
    calls: { all: sum(({ troubled }) => troubled.all), troubled: sum(({ troubled }) => troubled.troubled) },
  };
}

export async function readRows(pool: pg.Pool): Promise<ReviewedRow[]> {
  const { rows } = await pool.query<Record<string, string> & { sequence: number; review: string | null }>(
    ROWS,
  );
  return rows.map((row) => ({
    provider: wordOf(row, 'provider', PROVIDERS),
    captureId: row['capture_id'] ?? '',
    orderId: row['order_id'] ?? '',
    paymentId: row['payment_id'] ?? '',
    amount: BigInt(row['amount'] ?? ''),
    currency: row['currency'] ?? '',
    state: row['state'] ?? '',
    sequence: row.sequence,
    review: row.review,
  }));
}

async function readPublished(scene: Scene): Promise<{ events: DatedEvent[]; deadLetters: string[] }> {
  const { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: url } = scene.stack.env;
  const topics = topicNames(scene.topicPrefix);
  const deadLetterTopic = topics['order.fulfilled.dlq'];
  const messages = await readTopics(brokers, [
    topics['capture.succeeded'],
    topics['capture.failed'],
    topics['capture.pending'],
    deadLetterTopic,
  ]);
  const registry = registryClient({ url });
  const decode = eventDecoder(await loadSchemas(registry, topics), { registry, clock: systemClock });
  const events: DatedEvent[] = [];
  const deadLetters: string[] = [];
  for (const { topic, key, value } of messages) {
    if (topic === deadLetterTopic) {
      deadLetters.push(textOf(key));
      continue;
    }
    const event = await decode(topic, value);
    if (isRejection(event)) throw new Error(`an event on ${topic} can't be read: ${event.problem}`);
    const { captureId, type, sequence, amount, currency, occurredAt, supersedes } = event;
    events.push({ captureId, type, sequence, amount, currency, occurredAt, supersedes });
  }
  await registry.close();
  return { events, deadLetters };
}

/** A key, as text. */
export function textOf(bytes: Uint8Array | null): string {
  return bytes === null ? '' : Buffer.from(bytes).toString();
}
