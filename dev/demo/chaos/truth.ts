import type { Break, RowEntry } from '../compare.js';
import { lastEvents } from '../compare-totals.js';
import type { EventEntry } from '../compare.js';

/** What is true of a payment, and whether its provider tells, by the sandbox's book. */
export interface TruthEntry {
  readonly paymentId: string;
  /** `open`: a request is under way, or is executed later. */
  readonly outcome: 'captured' | 'not_captured' | 'open';
  readonly tells: boolean;
  /** What an inquiry and a repeat of the last request would be told. */
  readonly byInquiry: string;
  readonly byRepeat: string;
}

/** A row of the worker's, and why a person must look at it; null if nobody must. */
export interface ReviewedRow extends RowEntry {
  readonly review: string | null;
}

/**
 * Holds the outcomes, in the rows and as last published, against what is true. `guessed`: an outcome that isn't so. `unresolved`: none,
 * though the provider tells, be it that a person is to look: without one is right only where nobody tells.
 */
export function compareTruth(
  rows: readonly ReviewedRow[],
  events: readonly EventEntry[],
  truth: readonly TruthEntry[],
): Break[] {
  const truths = new Map(truth.map((entry) => [entry.paymentId, entry]));
  const published = new Map(lastEvents(events).map((event) => [event.captureId, event.type]));
  return rows.flatMap((row) => {
    const entry = truths.get(row.paymentId);
    if (entry === undefined) return [];
    return compareOne(row, published.get(row.captureId), entry);
  });
}

function compareOne(
  { captureId, state, review }: ReviewedRow,
  published: string | undefined,
  { outcome, tells, byInquiry, byRepeat }: TruthEntry,
): Break[] {
  const said = [
    { who: 'the row says', what: state },
    { who: 'was published:', what: published?.replace('capture.', '') ?? 'nothing' },
  ];
  const guesses = said
    .filter(({ what }) => isFinal(what) && what !== RIGHT[outcome])
    .map(({ who, what }) => `${who} ${what}`);
  if (guesses.length > 0)
    return [{ kind: 'guessed', id: captureId, says: `${guesses.join(', ')}; in truth it is ${outcome}` }];
  if (isFinal(state) || !tells) return [];
  const waits = review === null ? '' : `, for a person to look (${review})`;
  return [
    {
      kind: 'unresolved',
      id: captureId,
      says: `is ${state}${waits}; the provider would tell: ${byInquiry} by an inquiry, ${byRepeat} by a repeat`,
    },
  ];
}

const RIGHT = { captured: 'succeeded', not_captured: 'failed', open: null } as const;

function isFinal(state: string): boolean {
  return state === 'succeeded' || state === 'failed';
}
