import type { Announcement, Capture, CaptureState, CaptureStatus, ReviewReason } from '../capture/capture.js';
import { PROVIDERS } from '../capture/capture.js';
import { FAILURE_CATEGORIES, PENDING_REASONS } from '../capture/outcome.js';
import type { ScheduledAction } from '../capture/schedule.js';
import { TRANSITIONS } from '../capture/state-machine.js';
import type { Row } from './row.js';
import { bigintOf, bytesOf, dateOf, dateOrNull, integerOf, textOf, textOrNull, wordOf } from './row.js';

/** The columns that `captureOf` reads, of a table named `c`. */
export const CAPTURE_COLUMNS = `
  c.capture_id, c.provider, c.merchant_id, c.capture_reference, c.account, c.order_id, c.payment_id,
  c.amount, c.currency, coalesce(c.ordered_amount, c.amount) as ordered_amount, c.authorised_amount, c.expires_at, c.traceparent, c.created_at,
  c.generation, c.request_id, c.body,
  c.state, c.sending_attempt, c.pending_reason, c.failure_category, c.provider_capture_id, c.captured_at,
  c.attempts, c.sequence, c.announced, c.review,
  c.lease_until, c.attempts_before, c.corrections, c.contradicted_at`;

// Records, so that the compiler misses a word that is added to the type.
const STATES = keysOf(TRANSITIONS);
const REVIEW_REASONS = keysOf<ReviewReason>({
  repeated_account_fault: true,
  integrity_mismatch: true,
  cancelled_in_doubt: true,
  request_ids_refused: true,
  unanswered: true,
  unverifiable: true,
  contradicted: true,
  contradicted_again: true,
  contradicts_operator: true,
});
export const SCHEDULED_ACTIONS = keysOf<ScheduledAction>({ send: true, lapse: true, inquire: true });
const UNDECIDED_REASONS = PENDING_REASONS.filter((reason) => reason !== 'not_sent');
const ANNOUNCEMENTS: readonly Announcement[] = [
  'succeeded',
  ...PENDING_REASONS.map((reason) => `pending/${reason}` as const),
  ...FAILURE_CATEGORIES.map((category) => `failed/${category}` as const),
];

/** A row of `captures` as the domain sees it. Throws STORE_REFUSED_DATA if it says something that this version doesn't know. */
export function captureOf(row: Row): Capture {
  return {
    captureId: textOf(row, 'capture_id'),
    provider: wordOf(row, 'provider', PROVIDERS),
    merchantId: textOf(row, 'merchant_id'),
    captureReference: textOf(row, 'capture_reference'),
    account: textOf(row, 'account'),
    orderId: textOf(row, 'order_id'),
    paymentId: textOf(row, 'payment_id'),
    money: { amount: bigintOf(row, 'amount'), currency: textOf(row, 'currency') },
    orderedAmount: bigintOf(row, 'ordered_amount'),
    authorisedAmount: bigintOf(row, 'authorised_amount'),
    expiresAt: dateOf(row, 'expires_at'),
    generation: integerOf(row, 'generation'),
    requestId: textOf(row, 'request_id'),
    body: bytesOf(row, 'body'),
    traceparent: textOf(row, 'traceparent'),
    createdAt: dateOf(row, 'created_at'),
    status: statusOf(row),
    attempts: integerOf(row, 'attempts'),
    sequence: integerOf(row, 'sequence'),
    announced: row['announced'] === null ? null : wordOf(row, 'announced', ANNOUNCEMENTS),
    review: row['review'] === null ? null : wordOf(row, 'review', REVIEW_REASONS),
    leaseUntil: dateOrNull(row, 'lease_until'),
    attemptsBefore: integerOf(row, 'attempts_before'),
    corrections: integerOf(row, 'corrections'),
    contradictedAt: dateOrNull(row, 'contradicted_at'),
  };
}

function statusOf(row: Row): CaptureStatus {
  const state = wordOf(row, 'state', STATES);
  switch (state) {
    case 'planned':
    case 'cancelled':
      return { state };
    case 'sending':
      return { state, attempt: integerOf(row, 'sending_attempt') };
    case 'pending':
      return { state, reason: wordOf(row, 'pending_reason', UNDECIDED_REASONS) };
    case 'succeeded':
      return {
        state,
        providerCaptureId: textOrNull(row, 'provider_capture_id'),
        capturedAt: dateOrNull(row, 'captured_at'),
      };
    case 'failed':
      return { state, category: wordOf(row, 'failure_category', FAILURE_CATEGORIES) };
  }
}

/** A status as the columns hold it: each column belongs to one state and is null in the others. */
export interface StatusColumns {
  readonly state: CaptureState;
  readonly sendingAttempt: number | null;
  readonly pendingReason: string | null;
  readonly failureCategory: string | null;
  readonly providerCaptureId: string | null;
  readonly capturedAt: Date | null;
}

const BLANK = {
  sendingAttempt: null,
  pendingReason: null,
  failureCategory: null,
  providerCaptureId: null,
  capturedAt: null,
};

export function statusColumns(status: CaptureStatus): StatusColumns {
  const { state } = status;
  switch (state) {
    case 'planned':
    case 'cancelled':
      return { ...BLANK, state };
    case 'sending':
      return { ...BLANK, state, sendingAttempt: status.attempt };
    case 'pending':
      return { ...BLANK, state, pendingReason: status.reason };
    case 'succeeded':
      return {
        ...BLANK,
        state,
        providerCaptureId: status.providerCaptureId,
        capturedAt: status.capturedAt,
      };
    case 'failed':
      return { ...BLANK, state, failureCategory: status.category };
  }
}

/** What the schedule's row of a capture is for; null for a capture that has none. */
export function actionFor({ status, contradictedAt }: Capture): ScheduledAction | null {
  switch (status.state) {
    case 'planned':
      return 'send';
    case 'sending':
      return 'lapse';
    case 'pending':
      return 'inquire';
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return contradictedAt === null ? null : 'inquire';
  }
}

/** Reads which captures a result names, by id. */
export function byCaptureId(rows: readonly Row[]): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [textOf(row, 'capture_id'), row]));
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): readonly Key[] {
  // Object.keys forgets the type of the keys; the records here are literals of exactly that type.
  return Object.keys(record) as Key[];
}
