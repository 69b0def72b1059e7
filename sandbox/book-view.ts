import type { Book, Collision, Entry, Totals } from './book.js';

/** The book as JSON: amounts as decimal strings of minor units, times in ISO 8601. */

export function entryView({ authorisation, movements, requestIds }: Entry): EntryView {
  const captured = movements.reduce((sum, { amount }) => sum + amount, 0n);
  return {
    paymentId: authorisation.paymentId,
    merchant: authorisation.merchant,
    reference: authorisation.reference,
    amount: authorisation.amount.toString(),
    currency: authorisation.currency,
    authorisedAt: authorisation.authorisedAt.toISOString(),
    expiresAt: authorisation.expiresAt.toISOString(),
    capturedAmount: captured.toString(),
    captureId: movements[0]?.captureId ?? null,
    captures: movements.map(({ captureId, requestId, amount, at, late }) => ({
      captureId,
      requestId,
      amount: amount.toString(),
      at: at.toISOString(),
      late,
    })),
    requestIds: [...requestIds],
  };
}

export interface EntryView {
  readonly paymentId: string;
  readonly merchant: string;
  readonly reference: string | null;
  readonly amount: string;
  readonly currency: string;
  readonly authorisedAt: string;
  readonly expiresAt: string;
  /** The sum of `captures`: `"0"` if nothing moved, more than `amount` only after a double capture in permissive mode. */
  readonly capturedAmount: string;
  /** The first of `captures`, the only one in strict mode. */
  readonly captureId: string | null;
  readonly captures: readonly MovementView[];
  readonly requestIds: readonly string[];
}

export interface MovementView {
  readonly captureId: string;
  readonly requestId: string;
  readonly amount: string;
  readonly at: string;
  readonly late: boolean;
}

export interface CollisionView {
  readonly paymentId: string;
  readonly requestId: string;
  readonly firstRequestId: string;
  readonly amount: string;
  readonly currency: string;
  readonly at: string;
  readonly moved: boolean;
}

export interface TotalsView {
  readonly authorisations: number;
  readonly captures: number;
  /** By currency. */
  readonly authorised: Readonly<Record<string, string>>;
  /** By currency. */
  readonly captured: Readonly<Record<string, string>>;
}

export interface SummaryView {
  readonly permissive: boolean;
  readonly totals: TotalsView;
  readonly doubleCaptures: number;
  readonly lateCollisions: number;
}

export interface BookView extends SummaryView {
  readonly authorisations: readonly EntryView[];
  readonly doubleCaptureList: readonly CollisionView[];
  readonly lateCollisionList: readonly CollisionView[];
}

export function summaryView(book: Book): SummaryView {
  return {
    permissive: book.permissive,
    totals: totalsView(book.totals()),
    doubleCaptures: book.doubleCaptures.length,
    lateCollisions: book.lateCollisions.length,
  };
}

export function bookView(book: Book): BookView {
  return {
    ...summaryView(book),
    doubleCaptureList: book.doubleCaptures.map(collisionView),
    lateCollisionList: book.lateCollisions.map(collisionView),
    authorisations: Array.from(book.entries(), entryView),
  };
}

function collisionView(collision: Collision): CollisionView {
  return { ...collision, amount: collision.amount.toString(), at: collision.at.toISOString() };
}

function totalsView({ authorisations, captures, byCurrency }: Totals): TotalsView {
  const column = (name: 'authorised' | 'captured'): Record<string, string> =>
    Object.fromEntries([...byCurrency].map(([currency, totals]) => [currency, totals[name].toString()]));
  return { authorisations, captures, authorised: column('authorised'), captured: column('captured') };
}
