import type { Money } from './money.js';
import { sameMoney } from './money.js';
import type { FailureCategory } from './outcome.js';

/**
 * Where evidence came from, from the weakest to the strongest. A later inquiry beats a notification because it is the provider's answer
 * to our question; settlement beats both because money was paid out by it; an operator is asked last and believed first.
 */
export const EVIDENCE_KINDS = [
  'capture_response',
  'notification',
  'inquiry',
  'settlement',
  'operator',
] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** The rank of a kind of evidence, 1 (weakest) to 5. */
export function rankOf(kind: EvidenceKind): number {
  return EVIDENCE_KINDS.indexOf(kind) + 1;
}

/**
 * What one piece of evidence says, in our words: the response class of an answer.
 *
 * - `captured`: the provider says that the money moved; `money` and `requestId` are what it named, null where it names none.
 * - `declined`: it says that this capture won't happen.
 * - `closed`: it shows the payment itself as declined, failed or expired: as of then nothing was captured. A request that may still be on
 *   its way could be, so this is weaker than `declined`.
 * - `in_process`: it has accepted the request and hasn't decided.
 * - `busy`: something else, perhaps our own request, holds the payment.
 * - `unknown`: the request may have reached it, and the answer tells nothing (timeout, reset, 5xx, unreadable, unauthenticated).
 * - `id_taken`: it refuses the request id, since it has seen it before. What it did with it then, it doesn't say.
 * - `lapsed`: no answer was recorded before the attempt's lease ran out; the worker that made it is gone, or slow.
 * - `assumed_sent`: no attempt is known, but the database has forgotten a span in which any number may have been made (assumption.ts).
 * - `assumed_repeatable`: the same, of a provider that can't be asked, where a person lets the request be repeated all the same.
 * - `not_sent`: it is certain that no byte of the request left.
 * - `not_processed`: the provider says for certain that it did nothing (rate limit, clock).
 * - `account_fault`: it refused our credentials or signature; the order is not at fault.
 * - `probe_refused`: the same, where nothing shows that the account is good otherwise: it says nothing of the capture.
 * - `authorised`: an inquiry saw the authorisation uncaptured, as of then.
 * - `cancelled`: the provider shows the payment as cancelled. That proves nothing about money that moved before.
 * - `withdrawn`: an operator gave the capture up before anything was sent.
 * - `retried`: an operator wants a failed capture to be sent anew: what was refused until then counts no longer.
 * - `foreign`: an answer to our question that names another amount, currency, payment or request than ours and doesn't say that money
 *   moved. Whatever it decides, it isn't what we asked for.
 */
export type Finding =
  | {
      readonly is: 'captured';
      readonly money: Money | null;
      readonly requestId: string | null;
      readonly providerCaptureId: string | null;
      readonly capturedAt: Date | null;
    }
  | {
      readonly is: 'declined';
      readonly category: FailureCategory;
      /** The request that was refused, where it is named and isn't the one that is answered. */
      readonly requestId?: string;
    }
  | { readonly is: 'closed'; readonly category: FailureCategory }
  | { readonly is: 'in_process' }
  | { readonly is: 'busy' }
  | { readonly is: 'unknown' }
  | { readonly is: 'id_taken' }
  | { readonly is: 'lapsed' }
  | { readonly is: 'assumed_sent' }
  | { readonly is: 'assumed_repeatable' }
  | { readonly is: 'not_sent' }
  | { readonly is: 'not_processed' }
  | { readonly is: 'account_fault' }
  | { readonly is: 'probe_refused' }
  | { readonly is: 'authorised' }
  | { readonly is: 'cancelled' }
  | { readonly is: 'withdrawn' }
  | { readonly is: 'retried' }
  | { readonly is: 'foreign' };

export interface Evidence {
  /** Deterministic from the source (`evidenceIdOf`), so that the same evidence twice is one row. */
  readonly evidenceId: string;
  readonly kind: EvidenceKind;
  /** The number of the attempt that it answers; null if it came by itself. */
  readonly attempt: number | null;
  /** Orders evidence of one rank: the provider's own time, or when an inquiry began. Never when we happened to receive it. */
  readonly at: Date;
  readonly finding: Finding;
  readonly providerCode: string | null;
  readonly providerMessage: string | null;
  /** The body as received, kept as bytes for people who investigate. */
  readonly raw: Uint8Array | null;
  /** The ids of all that was known when an operator said this; absent from what anybody else says. */
  readonly knew?: readonly string[];
}

/** What was asked of the provider, to hold its answers against. */
export interface Asked {
  readonly money: Money;
  /** Those of all generations so far. */
  readonly requestIds: readonly string[];
  /** The one of now, which alone is known to have asked for this money if another amount was asked for before. */
  readonly requestId: string;
  readonly isAmended: boolean;
}

/**
 * What evidence says about the money once it is held against what was asked: a capture of another amount, currency or request is
 * neither a success nor a failure of ours, it is a mismatch that a person looks at.
 */
export type Claimed = 'captured' | 'declined' | 'mismatch' | 'undecided';

export function claimedBy(evidence: Evidence, asked: Asked): Claimed {
  const { finding } = evidence;
  switch (finding.is) {
    case 'captured': {
      const { money, requestId } = finding;
      const sameAmount = money === null ? namesItsAmount(evidence, asked) : sameMoney(money, asked.money);
      const sameRequest = requestId === null || asked.requestIds.includes(requestId);
      return sameAmount && sameRequest ? 'captured' : 'mismatch';
    }
    case 'declined':
    case 'closed':
      return 'declined';
    case 'in_process':
    case 'busy':
    case 'unknown':
    case 'id_taken':
    case 'lapsed':
    case 'assumed_sent':
    case 'assumed_repeatable':
    case 'not_sent':
    case 'not_processed':
    case 'account_fault':
    case 'probe_refused':
    case 'authorised':
    case 'cancelled':
    case 'withdrawn':
    case 'retried':
      return 'undecided';
    case 'foreign':
      return 'mismatch';
  }
}

/**
 * Whether captured evidence without an amount is of the amount that is asked for now: a request has its own, and an operator means it. What
 * an earlier request captured, before another amount was asked for, is not.
 */
function namesItsAmount({ kind, finding }: Evidence, { isAmended, requestId }: Asked): boolean {
  if (!isAmended || kind === 'operator') return true;
  return finding.is === 'captured' && finding.requestId === requestId;
}

/** Whether a finding proves that its own attempt moved no money and never will. */
export function provesNoEffect(finding: Finding): boolean {
  switch (finding.is) {
    case 'not_sent':
    case 'not_processed':
    case 'account_fault':
    case 'probe_refused':
      return true;
    case 'captured':
    case 'declined':
    case 'closed':
    case 'in_process':
    case 'busy':
    case 'unknown':
    case 'id_taken':
    case 'lapsed':
    case 'assumed_sent':
    case 'assumed_repeatable':
    case 'authorised':
    case 'cancelled':
    case 'withdrawn':
    case 'retried':
    case 'foreign':
      return false;
  }
}

/** Whether it stands for whatever was sent in a span that the database has forgotten. */
export function isAssumed({ is }: Finding): boolean {
  return is === 'assumed_sent' || is === 'assumed_repeatable';
}
