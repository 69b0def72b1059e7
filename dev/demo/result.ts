import type { ProviderName } from '../../src/capture/capture.js';
import { describeMoney } from '../../src/capture/money.js';
import type { Books, Break, RowEntry } from './compare.js';

/** How many captures ended how. */
export interface Outcomes {
  readonly succeeded: number;
  readonly failed: number;
  readonly pending: number;
}

/** What a demo comes to; the README says what each count means. */
export interface Result {
  readonly orders: number;
  readonly captures: Outcomes;
  readonly byProvider: Readonly<Record<ProviderName, Outcomes>>;
  readonly deadLetters: number;
  readonly duplicates: number;
  readonly doubleCaptures: number;
  readonly lost: number;
  readonly mismatches: number;
  readonly seconds: number;
}

export interface ResultInput {
  readonly books: Books;
  readonly breaks: readonly Break[];
  readonly doubleCaptures: number;
  /** How many messages were put on `order.fulfilled`. */
  readonly messages: number;
  readonly seconds: number;
}

export function resultOf({ books, breaks, doubleCaptures, messages, seconds }: ResultInput): Result {
  const of = (provider: ProviderName): Outcomes =>
    outcomesOf(books.rows.filter((row) => row.provider === provider));
  return {
    orders: books.orders.length,
    captures: outcomesOf(books.rows),
    byProvider: { wallet: of('wallet'), yabandpay: of('yabandpay'), payermax: of('payermax') },
    deadLetters: books.deadLetters.length,
    duplicates: messages - books.rows.length - books.deadLetters.length,
    doubleCaptures,
    lost: breaks.filter(({ kind }) => kind === 'lost').length,
    mismatches: breaks.filter(({ kind }) => kind === 'mismatch').length,
    seconds: Math.round(seconds * 10) / 10,
  };
}

function outcomesOf(rows: readonly RowEntry[]): Outcomes {
  const inState = (state: string): number => rows.filter((row) => row.state === state).length;
  return { succeeded: inState('succeeded'), failed: inState('failed'), pending: inState('pending') };
}

export function isSound({ doubleCaptures, lost, mismatches }: Result): boolean {
  return doubleCaptures === 0 && lost === 0 && mismatches === 0;
}

/** The comparison as tables for people: what each book says, in captures and in money. */
export function tableOf(result: Result, books: Books, breaks: readonly Break[]): string {
  return [
    ...grid([
      ['', 'succeeded', 'failed', 'pending'],
      ...Object.entries(result.byProvider).map(([provider, outcomes]) => [provider, ...counts(outcomes)]),
      ['the worker’s rows', ...counts(result.captures)],
      ['the published events', ...counts(publishedOutcomes(books))],
    ]),
    '',
    ...grid([
      ['captured, in', 'the providers’ books', 'the worker’s rows', 'the published events'],
      ...moneyRows(books),
    ]),
    '',
    `Of the ${String(result.captures.pending)} pending, the providers moved ${movedWhilePending(books)}: nobody guessed, so they stay open.`,
    `${String(result.orders)} orders, ${String(result.duplicates)} repeated messages, ${String(result.deadLetters)} dead letters, ` +
      `${String(result.seconds)} s.`,
    `Double captures: ${String(result.doubleCaptures)}. Lost: ${String(result.lost)}. Mismatches: ${String(result.mismatches)}.`,
    ...breaks.slice(0, 20).map(({ kind, id, says }) => `  ${kind}: ${id}: ${says}`),
    ...(breaks.length > 20 ? [`  and ${String(breaks.length - 20)} more`] : []),
    '',
  ].join('\n');
}

function counts({ succeeded, failed, pending }: Outcomes): string[] {
  return [succeeded, failed, pending].map(String);
}

/** How many captures the events tell of, each by the last word on it. */
function publishedOutcomes({ events }: Books): Outcomes {
  const told = (type: string): Set<string> =>
    new Set(events.filter((event) => event.type === type).map(({ captureId }) => captureId));
  const succeeded = told('capture.succeeded');
  const failed = told('capture.failed');
  const open = [...told('capture.pending')].filter((id) => !succeeded.has(id) && !failed.has(id));
  return { succeeded: succeeded.size, failed: failed.size, pending: open.length };
}

interface Amount {
  readonly amount: bigint;
  readonly currency: string;
}

/** One row a currency: what the providers moved for captures that aren't open, and what rows and events say was captured. */
function moneyRows(books: Books): string[][] {
  const pending = new Set(
    books.rows.filter(({ state }) => state === 'pending').map(({ paymentId }) => paymentId),
  );
  const moved = totals(
    books.book
      .filter(({ paymentId }) => !pending.has(paymentId))
      .map(({ captured, currency }) => ({ amount: captured, currency })),
  );
  const rows = totals(books.rows.filter(({ state }) => state === 'succeeded'));
  const succeeded = books.events.filter(({ type }) => type === 'capture.succeeded');
  const events = totals([...new Map(succeeded.map((event) => [event.captureId, event])).values()]);
  const currencies = [...new Set([...moved.keys(), ...rows.keys(), ...events.keys()])].sort();
  return currencies.map((currency) => [
    currency,
    ...[moved, rows, events].map((of) => describeMoney({ amount: of.get(currency) ?? 0n, currency })),
  ]);
}

function movedWhilePending({ rows, book }: Books): string {
  const moved = new Map(book.map(({ paymentId, captured }) => [paymentId, captured]));
  const open = rows
    .filter(({ state }) => state === 'pending')
    .map(({ paymentId, currency }) => ({ amount: moved.get(paymentId) ?? 0n, currency }))
    .filter(({ amount }) => amount > 0n);
  return (
    [...totals(open)].map(([currency, amount]) => describeMoney({ amount, currency })).join(', ') || 'nothing'
  );
}

function totals(amounts: readonly Amount[]): ReadonlyMap<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { amount, currency } of amounts) sums.set(currency, (sums.get(currency) ?? 0n) + amount);
  return sums;
}

function grid(cells: readonly (readonly string[])[]): string[] {
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  );
  return cells.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('   ')
      .trimEnd(),
  );
}
