import { describeMoney } from '../../src/capture/money.js';
import type { Books, Break } from './compare.js';

/** What a demo comes to; the README says what each count means. */
export interface Result {
  readonly orders: number;
  readonly captures: { readonly succeeded: number; readonly failed: number; readonly pending: number };
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
  const inState = (state: string): number => books.rows.filter((row) => row.state === state).length;
  return {
    orders: books.orders.length,
    captures: { succeeded: inState('succeeded'), failed: inState('failed'), pending: inState('pending') },
    deadLetters: books.deadLetters.length,
    duplicates: messages - books.rows.length - books.deadLetters.length,
    doubleCaptures,
    lost: breaks.filter(({ kind }) => kind === 'lost').length,
    mismatches: breaks.filter(({ kind }) => kind === 'mismatch').length,
    seconds: Math.round(seconds * 10) / 10,
  };
}

export function isSound({ doubleCaptures, lost, mismatches }: Result): boolean {
  return doubleCaptures === 0 && lost === 0 && mismatches === 0;
}

/** The comparison as a table for people: what each book says, in captures and in money. */
export function tableOf(result: Result, books: Books, breaks: readonly Break[]): string {
  const counted = (type: string): Set<string> =>
    new Set(books.events.filter((event) => event.type === type).map(({ captureId }) => captureId));
  const succeeded = counted('capture.succeeded');
  const failed = counted('capture.failed');
  const pending = [...counted('capture.pending')].filter((id) => !succeeded.has(id) && !failed.has(id));
  const moved = books.book.filter(({ captured }) => captured > 0n);
  const rows = books.rows.filter(({ state }) => state === 'succeeded');
  const events = books.events.filter(({ type }) => type === 'capture.succeeded');
  const open = books.rows.filter(({ state }) => state === 'pending');
  const openMoved = new Map(books.book.map(({ paymentId, captured }) => [paymentId, captured]));
  const movedWhileOpen = open.map(({ paymentId, currency }) => ({
    amount: openMoved.get(paymentId) ?? 0n,
    currency,
  }));
  const distinct = new Map(events.map((event) => [event.captureId, event]));
  return [
    ...grid([
      ['', 'succeeded', 'failed', 'pending', 'money captured'],
      [
        'the provider’s book',
        String(moved.length),
        '',
        '',
        sum(moved.map((entry) => ({ ...entry, amount: entry.captured }))),
      ],
      [
        'the worker’s rows',
        String(result.captures.succeeded),
        String(result.captures.failed),
        String(result.captures.pending),
        sum(rows),
      ],
      [
        'the published events',
        String(succeeded.size),
        String(failed.size),
        String(pending.length),
        sum([...distinct.values()]),
      ],
    ]),
    '',
    `Of the ${String(open.length)} pending, the provider moved ${sum(movedWhileOpen)}: nobody guessed, so they stay open.`,
    `${String(result.orders)} orders, ${String(result.duplicates)} repeated messages, ${String(result.deadLetters)} dead letters, ` +
      `${String(result.seconds)} s.`,
    `Double captures: ${String(result.doubleCaptures)}. Lost: ${String(result.lost)}. Mismatches: ${String(result.mismatches)}.`,
    ...breaks.slice(0, 20).map(({ kind, id, says }) => `  ${kind}: ${id}: ${says}`),
    ...(breaks.length > 20 ? [`  and ${String(breaks.length - 20)} more`] : []),
    '',
  ].join('\n');
}

function sum(amounts: readonly { readonly amount: bigint; readonly currency: string }[]): string {
  const totals = new Map<string, bigint>();
  for (const { amount, currency } of amounts) totals.set(currency, (totals.get(currency) ?? 0n) + amount);
  return [...totals].map(([currency, amount]) => describeMoney({ amount, currency })).join(', ') || 'nothing';
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
