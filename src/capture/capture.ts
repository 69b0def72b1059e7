import type { Money } from './money.js';
import type { FailureCategory, PendingReason } from './outcome.js';

/** A provider that this system can capture through. */
export const PROVIDERS = ['wallet', 'yabandpay', 'payermax'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

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
export type CaptureState = CaptureStatus['state'];

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
  readonly money: Money;
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
}

export type ReviewReason = 'repeated_account_fault' | 'integrity_mismatch' | 'cancelled_in_doubt';

/** Whether the state is an outcome. Final outcomes can still be corrected by stronger evidence. */
export function isFinal(status: CaptureStatus): boolean {
  return status.state === 'succeeded' || status.state === 'failed' || status.state === 'cancelled';
}
