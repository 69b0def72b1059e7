import type { Money } from './money.js';
import type { FailureCategory, PendingReason } from './outcome.js';

/** A provider that this system can capture through. */
export const PROVIDERS = ['wallet', 'yabandpay', 'payermax'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

/** Whether the provider tells what became of a capture when it is asked. PayerMax doesn't. */
export function canBeAsked({ provider }: Pick<Capture, 'provider'>): boolean {
  return provider !== 'payermax';
}

/**
 * Where a capture stands. The state machine is told in state-machine.ts.
 * `sending.attempt` is the attempt under way; its lease (who may start a call, until when, by database time) is kept by the store.
 */
export type CaptureStatus =
  | { readonly state: 'planned' }
  | { readonly state: 'sending'; readonly attempt: number }
  | { readonly state: 'pending'; readonly reason: Exclude<PendingReason, 'not_sent'> }
  | {
      readonly state: 'succeeded';
      readonly providerCaptureId: string | null;
      readonly capturedAt: Date | null;
    }
  | { readonly state: 'failed'; readonly category: FailureCategory }
  | { readonly state: 'cancelled' };
export const CAPTURE_STATES = ['planned', 'sending', 'pending', 'succeeded', 'failed', 'cancelled'] as const;
export type CaptureState = (typeof CAPTURE_STATES)[number];

/** What was last published of a capture: one of these words for each distinct event content. Null before the first event. */
export type Announcement = `pending/${PendingReason}` | 'succeeded' | `failed/${FailureCategory}`;

/** One capture of one authorisation: what was ordered, how it is asked for, and where it stands. */
export interface Capture {
  readonly captureId: string;
  readonly provider: ProviderName;
  readonly merchantId: string;
  readonly captureReference: string;
  /** The configured account by which the order named the merchant. */
  readonly account: string;
  readonly orderId: string;
  readonly paymentId: string;
  /** What is asked for: what was ordered, unless an operator has had another amount sent since. */
  readonly money: Money;
  /** What was ordered, in minor units of the same currency. Never changes. */
  readonly orderedAmount: bigint;
  /** Minor units of the same currency. */
  readonly authorisedAmount: bigint;
  /** When the authorisation lapses at the provider. It warns and hurries; it never decides. */
  readonly expiresAt: Date;
  /** Which request id is in use, from 1. */
  readonly generation: number;
  readonly requestId: string;
  /** The business body as first built; every send of a generation repeats these bytes. */
  readonly body: Uint8Array;
  readonly traceparent: string;
  readonly createdAt: Date;

  readonly status: CaptureStatus;
  /** Capture attempts started so far; inquiries are not counted. */
  readonly attempts: number;
  /** The sequence of the last event published, 0 before the first. */
  readonly sequence: number;
  readonly announced: Announcement | null;
  /** Set when a person must look; nothing is sent meanwhile. */
  readonly review: ReviewReason | null;
  /** Until when the last attempt's request may have been begun, by the database's time; null before the first. */
  readonly leaseUntil: Date | null;
  /** Attempts made under earlier request ids. */
  readonly attemptsBefore: number;
  /** How often a published outcome was turned into the other one. */
  readonly corrections: number;
  /** Since when evidence contradicts the published outcome and waits for an inquiry; null if none does. */
  readonly contradictedAt: Date | null;
}

/**
 * Why a person must look.
 *
 * - `repeated_account_fault`: the provider refuses this capture for the account's sake, and takes others of it.
 * - `integrity_mismatch`: it captured, or decided, something else than we asked.
 * - `cancelled_in_doubt`: it shows the payment as cancelled, and money may have moved before.
 * - `request_ids_refused`: it refuses every request id, and says that nothing was captured.
 * - `unanswered`: PayerMax was asked again as often as makes sense, and tells no outcome.
 * - `unverifiable`: PayerMax may have been sent it in a span that the database has forgotten, and can't be asked.
 * - `contradicted`: evidence contradicts the published outcome, and no inquiry has settled it in time, or none can.
 * - `contradicted_again`: the published outcome was corrected before and is contradicted once more.
 * - `contradicts_operator`: evidence contradicts what an operator has decided since.
 */
export type ReviewReason =
  | 'repeated_account_fault'
  | 'integrity_mismatch'
  | 'cancelled_in_doubt'
  | 'request_ids_refused'
  | 'unanswered'
  | 'unverifiable'
  | 'contradicted'
  | 'contradicted_again'
  | 'contradicts_operator';

/** Whether the state is an outcome. Final outcomes can still be corrected by stronger evidence. */
export function isFinal({ state }: Pick<CaptureStatus, 'state'>): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled';
}
