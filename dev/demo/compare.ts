import type { ProviderName } from '../../src/capture/capture.js';
import type { DemoOrder } from './orders.js';

/** What the provider's book says of one payment. Amounts are minor units. */
export interface BookEntry {
  readonly paymentId: string;
  readonly currency: string;
  readonly captured: bigint;
}

/** What the worker's database says of one capture. */
export interface RowEntry {
  readonly provider: ProviderName;
  readonly captureId: string;
  readonly orderId: string;
  readonly paymentId: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly state: string;
  readonly sequence: number;
}

/** One published event, as read from its topic. */
export interface EventEntry {
  readonly captureId: string;
  readonly type: string;
  readonly sequence: number;
  readonly amount: bigint;
  readonly currency: string;
}

export interface Books {
  readonly orders: readonly DemoOrder[];
  /** The keys of the messages that can't become orders. */
  readonly poison: readonly string[];
  readonly book: readonly BookEntry[];
  readonly rows: readonly RowEntry[];
  readonly events: readonly EventEntry[];
  /** The keys of the messages on the dead-letter topic. */
  readonly deadLetters: readonly string[];
}

/**
 * A disagreement. `lost`: an order without a capture, a capture whose change was never published, a bad message without a dead letter, a
 * customer who was never told. `mismatch`: two of the books say different things of one payment. `unbalanced`: an entry of the ledger whose
 * debits aren't its credits. `guessed`: an outcome that isn't true. `unresolved`: no outcome, though the provider tells.
 */
export interface Break {
  readonly kind: 'lost' | 'mismatch' | 'unbalanced' | 'guessed' | 'unresolved';
  readonly id: string;
  readonly says: string;
}

/**
 * Compares the orders, the provider's book, the worker's rows, the published events and the dead letters, payment by payment. An empty
 * list means that they agree to the last minor unit.
 */
export function compareBooks(books: Books): Break[] {
  const rows = new Map(books.rows.map((row) => [row.paymentId, row]));
  const book = new Map(books.book.map((entry) => [entry.paymentId, entry]));
  const events = new Map<string, EventEntry[]>();
  for (const event of books.events) {
    const ofCapture = events.get(event.captureId);
    if (ofCapture === undefined) events.set(event.captureId, [event]);
    else ofCapture.push(event);
  }
  const captures = new Set(books.rows.map(({ captureId }) => captureId));
  const ordered = new Set(books.orders.map(({ paymentId }) => paymentId));
  return [
    ...books.orders.flatMap((order) =>
      compareOrder(order, rows.get(order.paymentId), book.get(order.paymentId)),
    ),
    ...books.rows.flatMap((row) => compareEvents(row, events.get(row.captureId) ?? [])),
    ...[...events.keys()]
      .filter((captureId) => !captures.has(captureId))
      .map((captureId) => mismatch(captureId, 'events were published of a capture that is on no record')),
    ...compareDeadLetters(books.poison, books.deadLetters),
    ...books.book
      .filter(({ paymentId, captured }) => captured > 0n && !ordered.has(paymentId))
      .map(({ paymentId }) =>
        mismatch(paymentId, 'the provider moved money for a payment that no order names'),
      ),
    ...books.rows
      .filter(({ paymentId }) => !ordered.has(paymentId))
      .map(({ paymentId }) => mismatch(paymentId, 'there is a capture for a payment that no order names')),
  ];
}

function compareOrder(order: DemoOrder, row: RowEntry | undefined, entry: BookEntry | undefined): Break[] {
  const { paymentId } = order;
  if (row === undefined) return [{ kind: 'lost', id: paymentId, says: 'the order has no capture' }];
  const asked = order.captureAmount ?? order.authorisedAmount;
  const breaks: Break[] = [];
  if (row.amount !== asked || row.currency !== order.currency || row.orderId !== order.orderId) {
    breaks.push(
      mismatch(
        paymentId,
        `ordered ${money(asked, order.currency)}, the capture is for ${money(row.amount, row.currency)}`,
      ),
    );
  }
  const moved = entry?.captured ?? 0n;
  switch (row.state) {
    case 'succeeded':
      if (moved !== asked || entry?.currency !== order.currency) {
        breaks.push(
          mismatch(
            paymentId,
            `succeeded for ${money(asked, order.currency)}, the provider moved ${moved.toString()}`,
          ),
        );
      }
      break;
    case 'failed':
      if (moved !== 0n)
        breaks.push(mismatch(paymentId, `failed, but the provider moved ${money(moved, order.currency)}`));
      break;
    case 'pending':
      // Open on purpose: nobody knows yet, and nobody guessed. But what may have moved is what was asked.
      if (moved !== 0n && moved !== asked)
        breaks.push(
          mismatch(paymentId, `is pending, and the provider moved ${money(moved, order.currency)}`),
        );
      break;
    default:
      breaks.push(mismatch(paymentId, `is still ${row.state}`));
  }
  return breaks;
}

const EVENT_OF: Readonly<Record<string, string>> = {
  succeeded: 'capture.succeeded',
  failed: 'capture.failed',
  pending: 'capture.pending',
};

function compareEvents(row: RowEntry, published: readonly EventEntry[]): Break[] {
  const breaks: Break[] = [];
  const sequences = new Set(published.map(({ sequence }) => sequence));
  for (let sequence = 1; sequence <= row.sequence; sequence += 1) {
    if (!sequences.has(sequence)) {
      breaks.push({ kind: 'lost', id: row.captureId, says: `event ${String(sequence)} was never published` });
    }
  }
  const last = published.find(({ sequence }) => sequence === row.sequence);
  if (last !== undefined && last.type !== EVENT_OF[row.state]) {
    breaks.push(mismatch(row.captureId, `is ${row.state}, but ${last.type} was published last`));
  }
  if (row.sequence === 0 && row.state in EVENT_OF) {
    breaks.push({ kind: 'lost', id: row.captureId, says: `is ${row.state} and nothing was published` });
  }
  for (const { sequence, amount, currency } of published) {
    if (sequence > row.sequence)
      breaks.push(mismatch(row.captureId, `event ${String(sequence)} was published and is on no record`));
    if (amount !== row.amount || currency !== row.currency) {
      breaks.push(
        mismatch(
          row.captureId,
          `event ${String(sequence)} names ${money(amount, currency)}, the capture ${money(row.amount, row.currency)}`,
        ),
      );
    }
  }
  return breaks;
}

function compareDeadLetters(poison: readonly string[], deadLetters: readonly string[]): Break[] {
  const found = new Set(deadLetters);
  const expected = new Set(poison);
  return [
    ...poison
      .filter((key) => !found.has(key))
      .map((key): Break => ({ kind: 'lost', id: key, says: 'a bad message has no dead letter' })),
    ...deadLetters
      .filter((key) => !expected.has(key))
      .map((key) => mismatch(key, 'a good order became a dead letter')),
  ];
}

function mismatch(id: string, says: string): Break {
  return { kind: 'mismatch', id, says };
}

function money(amount: bigint, currency: string): string {
  return `${amount.toString()} minor units of ${currency}`;
}
