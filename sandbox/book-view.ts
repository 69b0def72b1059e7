import type { Collision, Entry, Totals, Undone } from './book.js';
import type { LetterTotals, SentLetter } from './callbacks/courier.js';
import type { Simulator } from './simulator.js';
import type { TroubledCalls } from './troubled.js';
import type { Outcome } from './truth.js';
import { truthOf } from './truth.js';
import type { Word } from './word.js';

/** The book as JSON: amounts as decimal strings of minor units, times in ISO 8601. */

export function entryView(entry: Entry, simulator: Judged): EntryView {
  const { authorisation, movements, requestIds, undoing, misstated } = entry;
  const { outcome, tells, byInquiry, byRepeat, letters } = truthOf(entry, simulator);
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
    outcome,
    undoing: undoing === null ? null : { is: undoing.is, at: undoing.at.toISOString() },
    tells,
    byInquiry,
    byRepeat,
    misstated,
    callbacks: letters.map((letter) => ({ ...letter })),
  };
}

type Judged = Pick<Simulator, 'wordsOf' | 'common'>;

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
  /** What is true by now: `open` while a request is under way, or will be executed late. */
  readonly outcome: Outcome;
  /** What became of the captured money afterwards. */
  readonly undoing: { readonly is: Undone; readonly at: string } | null;
  /** Whether the provider tells that, in any way that can be relied on: if not, a capture of it can never be final without a guess. */
  readonly tells: boolean;
  /** What an inquiry would be told now, and a repeat of the last request, apart from trouble that passes. */
  readonly byInquiry: Word;
  readonly byRepeat: Word;
  /** Whether an answer named another amount than was captured. */
  readonly misstated: boolean;
  /** The notifications about it, in the order in which they were written. */
  readonly callbacks: readonly SentLetter[];
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
  /** Notifications, and how often any was sent. */
  readonly callbacks: LetterTotals;
  /** Calls for payments: how many there were, and how many of them the sandbox troubled. */
  readonly troubled: TroubledCalls;
}

export interface BookView extends SummaryView {
  readonly authorisations: readonly EntryView[];
  readonly doubleCaptureList: readonly CollisionView[];
  readonly lateCollisionList: readonly CollisionView[];
}

export function summaryView({ common: { book, courier, director } }: Judged): SummaryView {
  return {
    permissive: book.permissive,
    totals: totalsView(book.totals()),
    doubleCaptures: book.doubleCaptures.length,
    lateCollisions: book.lateCollisions.length,
    callbacks: { ...courier.totals() },
    troubled: director.troubled(),
  };
}

export function bookView(simulator: Judged): BookView {
  const { book } = simulator.common;
  return {
    ...summaryView(simulator),
    doubleCaptureList: book.doubleCaptures.map(collisionView),
    lateCollisionList: book.lateCollisions.map(collisionView),
    authorisations: Array.from(book.entries(), (entry) => entryView(entry, simulator)),
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
