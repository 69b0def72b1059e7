import type { ProviderName } from '../../src/capture/capture.js';
import { describeMoney } from '../../src/capture/money.js';
import type { ChaosFigures, ChaosInput } from './chaos/figures.js';
import { figuresOf, isWithstood } from './chaos/figures.js';
import { chaosLines } from './chaos/table.js';
import type { Books, Break, RowEntry } from './compare.js';
import type { LedgerPosting } from './compare-ledger.js';
import type { Captured } from './compare-totals.js';
import { capturedByCurrency, lastEvents, totals } from './compare-totals.js';
import type { CustomerMessage } from './message-gateway.js';

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
  readonly ledgerBalanced: boolean;
  readonly byCurrency: Readonly<Record<string, Captured>>;
  readonly breaks: readonly Break[];
  readonly seconds: number;
  /** Null without chaos. */
  readonly chaos: ChaosFigures | null;
}

export interface ResultInput {
  readonly books: Books;
  readonly ledger: readonly LedgerPosting[];
  readonly customerMessages: readonly CustomerMessage[];
  readonly breaks: readonly Break[];
  readonly doubleCaptures: number;
  /** How many messages were put on `order.fulfilled`. */
  readonly messages: number;
  readonly seconds: number;
  readonly chaos: ChaosInput | null;
}

export function resultOf(input: ResultInput): Result {
  const { books, ledger, breaks, doubleCaptures, messages, seconds, chaos } = input;
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
    ledgerBalanced: !breaks.some(({ kind }) => kind === 'unbalanced'),
    byCurrency: capturedByCurrency(books, ledger),
    breaks,
    seconds: Math.round(seconds * 10) / 10,
    chaos: chaos && figuresOf(chaos, breaks),
  };
}

/** The result as a line of JSON: what chaos adds stands beside the rest. */
export function jsonOf({ chaos, ...result }: Result): string {
  return JSON.stringify({ ...result, ...chaos });
}

function outcomesOf(rows: readonly RowEntry[]): Outcomes {
  const inState = (state: string): number => rows.filter((row) => row.state === state).length;
  return { succeeded: inState('succeeded'), failed: inState('failed'), pending: inState('pending') };
}

export function isSound({ doubleCaptures, lost, mismatches, ledgerBalanced, chaos }: Result): boolean {
  const agrees = doubleCaptures === 0 && lost === 0 && mismatches === 0 && ledgerBalanced;
  return agrees && (chaos === null || isWithstood(chaos));
}

/** The comparison as tables for people: what each book says, in captures and in money. */
export function tableOf(result: Result, input: ResultInput): string {
  const { books, customerMessages } = input;
  const { breaks, chaos } = result;
  return [
    ...grid([
      ['', 'succeeded', 'failed', 'pending'],
      ...Object.entries(result.byProvider).map(([provider, outcomes]) => [provider, ...counts(outcomes)]),
      ['the worker’s rows', ...counts(result.captures)],
      ['the published events', ...counts(lastPublished(books))],
      ['the customers’ messages', ...counts(lastTold(customerMessages))],
    ]),
    '',
    ...grid([
      ['captured, in', 'the providers’ books', 'the worker’s rows', 'the published events', 'the ledger'],
      ...moneyRows(result.byCurrency),
    ]),
    '',
    ...(chaos === null ? [] : [...chaosLines(chaos, input), '']),
    `Of the ${String(result.captures.pending)} pending, the providers moved ${movedWhilePending(books)}: nobody guessed, so they stay open.`,
    `${String(result.orders)} orders, ${String(result.duplicates)} repeated messages, ${String(result.deadLetters)} dead letters, ` +
      `${String(result.seconds)} s.`,
    `Double captures: ${String(result.doubleCaptures)}. Lost: ${String(result.lost)}. Mismatches: ${String(result.mismatches)}. ` +
      `The ledger is ${result.ledgerBalanced ? 'balanced' : 'NOT BALANCED'}.`,
    ...breaks.slice(0, 20).map(({ kind, id, says }) => `  ${kind}: ${id}: ${says}`),
    ...(breaks.length > 20 ? [`  and ${String(breaks.length - 20)} more`] : []),
    ...(isSound(result)
      ? []
      : [`${chaos === null ? 'The books do not agree' : 'Not all is as it must be'}: exit code 1.`]),
    '',
  ].join('\n');
}

function counts({ succeeded, failed, pending }: Outcomes): string[] {
  return [succeeded, failed, pending].map(String);
}

/** How many captures the events tell of, each by the last word on it. */
function lastPublished({ events }: Books): Outcomes {
  const last = lastEvents(events);
  const of = (type: string): number => last.filter((event) => event.type === type).length;
  return { succeeded: of('capture.succeeded'), failed: of('capture.failed'), pending: of('capture.pending') };
}

/** How many captures customers were told of, each by the last message. */
function lastTold(sent: readonly CustomerMessage[]): Outcomes {
  const last = [...new Map(sent.map(({ captureId, kind }) => [captureId, kind])).values()];
  const of = (state: string): number => last.filter((kind) => kind.endsWith(state)).length;
  return { succeeded: of('succeeded'), failed: of('failed'), pending: of('pending') };
}

function moneyRows(byCurrency: Result['byCurrency']): string[][] {
  return Object.entries(byCurrency).map(([currency, { providers, rows, events, ledger }]) => [
    currency,
    ...[providers, rows, events, ledger].map((digits) => describeMoney({ amount: BigInt(digits), currency })),
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
