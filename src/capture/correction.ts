import type { Capture, CaptureStatus, ReviewReason } from './capture.js';
import { canBeAsked } from './capture.js';
import { askedBy } from './current.js';
import type { Evidence } from './evidence.js';
import { claimedBy, rankOf } from './evidence.js';
import type { Verdict } from './verdict.js';

/**
 * What becomes of a published outcome when evidence says the contrary.
 *
 * Subscribers have acted on the outcome: a ledger has booked it, a customer was told. So it is turned with care.
 *
 * - An inquiry, a settlement or an operator turns it at once. So does PayerMax's callback: there is no inquiry that could confirm it.
 * - Anything weaker waits until an inquiry has settled the matter. If none does within a bounded time, a person must look.
 * - It is turned once. A second time, a person must look, and so if what an operator has decided is contradicted since.
 * - Nothing makes it open again: not "authorised", which may be a look at an old copy, and not a cancellation, which came later. Should a
 *   failure come into doubt, since a request may have got through after all, it waits for an inquiry as above. That the provider captured
 *   something else than we asked sends it to review as it is.
 */
export interface CorrectionPolicy {
  /** How long evidence may contradict a published outcome before a person must look, in ms. */
  readonly contradictionWaitMs: number;
}

export interface Contradiction {
  readonly capture: Capture;
  readonly verdict: Verdict;
  /** The verdict as a status. */
  readonly status: CaptureStatus;
  readonly evidence: readonly Evidence[];
  readonly now: Date;
}

/** The capture, whose status is final, after the verdict. */
export function corrected(given: Contradiction, policy: CorrectionPolicy): Capture {
  const { capture, verdict, status, now } = given;
  const keep = (review: ReviewReason | null, contradictedAt: Date | null = null): Capture => ({
    ...capture,
    review,
    contradictedAt,
  });
  const hold = (): Capture => {
    const since = capture.contradictedAt ?? now;
    const isOverdue = now.getTime() - since.getTime() >= policy.contradictionWaitMs;
    return keep(isOverdue ? 'contradicted' : null, since);
  };
  if (capture.status.state === 'cancelled') return keep(reviewOfWithdrawn(verdict, capture.review));
  switch (verdict.says) {
    case 'withdrawn':
      return keep(capture.review);
    case 'pending':
      if (verdict.reason !== 'integrity_mismatch') return hold();
      // An inquiry may show that it was nothing.
      return keep(
        'integrity_mismatch',
        isSettledByAsking(capture, verdict.by) ? (capture.contradictedAt ?? now) : null,
      );
    case 'under_way':
    case 'unsent':
      return hold();
    case 'succeeded':
    case 'failed':
      break;
  }
  if (capture.status.state === status.state)
    return keep(contradictsOperator(verdict.by, given) ? 'contradicts_operator' : null);
  if (verdict.by.kind === 'operator') return { ...keep(null), status };
  if (capture.corrections > 0) return keep('contradicted_again');
  if (turnsAtOnce(capture, verdict.by)) return { ...keep(null), status, corrections: 1 };
  return hold();
}

/** Of a capture that an operator gave up nothing was to be sent: that no money moved is no news, and all else is for a person. */
function reviewOfWithdrawn(verdict: Verdict, review: ReviewReason | null): ReviewReason | null {
  switch (verdict.says) {
    case 'withdrawn':
    case 'failed':
    case 'unsent':
      return review;
    case 'pending':
      return verdict.reason === 'integrity_mismatch' ? 'integrity_mismatch' : 'contradicts_operator';
    case 'succeeded':
    case 'under_way':
      return 'contradicts_operator';
  }
}

function turnsAtOnce(capture: Capture, by: Evidence): boolean {
  return rankOf(by.kind) > rankOf('notification') || (!canBeAsked(capture) && by.kind === 'notification');
}

/** Whether an inquiry could prove more than this piece does. */
export function isSettledByAsking(capture: Capture, piece: Evidence): boolean {
  return canBeAsked(capture) && rankOf(piece.kind) < rankOf('inquiry');
}

/** Whether anything says the contrary of what an operator decided, and is newer than that. */
function contradictsOperator(by: Evidence, { capture, evidence }: Contradiction): boolean {
  if (by.kind !== 'operator') return false;
  const asked = askedBy(capture);
  const decided = claimedBy(by, asked);
  return evidence.some((piece) => {
    const claimed = claimedBy(piece, asked);
    return piece.at > by.at && claimed !== 'undecided' && claimed !== decided;
  });
}
