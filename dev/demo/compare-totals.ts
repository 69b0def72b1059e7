import type { Books, Break, EventEntry } from './compare.js';
import type { LedgerPosting } from './compare-ledger.js';
import { RECEIVABLE } from './compare-ledger.js';

/** What each book says was captured, in minor units as digits: JSON's numbers are exact only up to 2^53. */
export interface Captured {
  /** What the providers moved for captures that aren't open. */
  readonly providers: string;
  readonly rows: string;
  readonly events: string;
  /** What the ledger has on the account of what providers owe. */
  readonly ledger: string;
}

export type ByCurrency = Readonly<Record<string, Captured>>;

/** Open captures are left out everywhere: what the providers moved for them, nobody else knows yet. */
export function capturedByCurrency(books: Books, ledger: readonly LedgerPosting[]): ByCurrency {
  const pending = new Set(
    books.rows.filter(({ state }) => state === 'pending').map(({ paymentId }) => paymentId),
  );
  const providers = totals(
    books.book
      .filter(({ paymentId }) => !pending.has(paymentId))
      .map(({ captured, currency }) => ({ amount: captured, currency })),
  );
  const rows = totals(books.rows.filter(({ state }) => state === 'succeeded'));
  const events = totals(lastEvents(books.events).filter(({ type }) => type === 'capture.succeeded'));
  const owed = totals(ledger.filter(({ account }) => account === RECEIVABLE));
  const currencies = new Set([providers, rows, events, owed].flatMap((column) => [...column.keys()]));
  const digits = (column: ReadonlyMap<string, bigint>, currency: string): string =>
    (column.get(currency) ?? 0n).toString();
  return Object.fromEntries(
    [...currencies].sort().map((currency) => [
      currency,
      {
        providers: digits(providers, currency),
        rows: digits(rows, currency),
        events: digits(events, currency),
        ledger: digits(owed, currency),
      },
    ]),
  );
}

/** Holds the four sums of each currency against each other: to the last unit they must be the same. */
export function compareTotals(byCurrency: ByCurrency): Break[] {
  return Object.entries(byCurrency)
    .filter(([, sums]) => new Set(Object.values(sums)).size > 1)
    .map(([currency, { providers, rows, events, ledger }]) => ({
      kind: 'mismatch',
      id: currency,
      says: `in all the providers moved ${providers} minor units, rows have ${rows}, events ${events}, the ledger ${ledger}`,
    }));
}

/** The last event of each capture. */
export function lastEvents(events: readonly EventEntry[]): EventEntry[] {
  const last = new Map<string, EventEntry>();
  for (const event of events) {
    const before = last.get(event.captureId);
    if (before === undefined || before.sequence < event.sequence) last.set(event.captureId, event);
  }
  return [...last.values()];
}

interface Amount {
  readonly amount: bigint;
  readonly currency: string;
}

/** The sums by currency. */
export function totals(amounts: readonly Amount[]): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { amount, currency } of amounts) sums.set(currency, (sums.get(currency) ?? 0n) + amount);
  return sums;
}
