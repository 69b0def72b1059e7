import type { Capture, CaptureStatus, ReviewReason } from './capture.js';
import { canBeAsked } from './capture.js';
import { askedBy } from './current.js';
import { isAnswer } from './doubt.js';
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
 * - It is turned once. A second time, a person must look, and so if what an operator has decided is contradicted by anything that they
 *   didn't know.
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
    const isOverdue = !canBeAsked(capture) || now.getTime() - since.getTime() >= policy.contradictionWaitMs;
    return keep(isOverdue ? 'contradicted' : null, since);
  };
  if (capture.status.state === 'cancelled') return keep(reviewOfWithdrawn(verdict, given));
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
  const outcome = { ...capture, status };
  const unsettled = isUnexplained(outcome, verdict.by, given.evidence) ? 'contradicted' : null;
  if (capture.status.state === status.state)
    return keep(contradictsOperator(verdict.by, given) ? 'contradicts_operator' : unsettled);
  if (verdict.by.kind === 'operator') return { ...keep(null), status };
  if (capture.corrections > 0) return keep('contradicted_again');
  if (turnsAtOnce(capture, verdict.by)) return { ...keep(unsettled), status, corrections: 1 };
  return hold();
}

/**
 * Of a capture that an operator gave up nothing was to be sent: that no money moved is no news, and all else is for a person, until an
 * operator who knew of it stays with it.
 */
function reviewOfWithdrawn(verdict: Verdict, given: Contradiction): ReviewReason | null {
  const { capture, evidence } = given;
  const withdrawals = evidence.filter(({ finding }) => finding.is === 'withdrawn');
  const asked = askedBy(capture);
  const isForAPerson = (piece: Evidence): boolean => {
    const claimed = claimedBy(piece, asked);
    return claimed === 'captured' || claimed === 'mismatch' || isAnswer(piece);
  };
  if (!newsTo(withdrawals, evidence).some(isForAPerson)) return null;
  switch (verdict.says) {
    case 'withdrawn':
    case 'failed':
    case 'unsent':
      return capture.review;
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

/**
 * Whether PayerMax's callback refuses what PayerMax itself has told as captured. The callback is believed, and nobody can be asked what
 * became of the money: a person must look.
 */
export function isUnexplained(capture: Capture, by: Evidence, evidence: readonly Evidence[]): boolean {
  if (canBeAsked(capture) || capture.status.state !== 'failed') return false;
  if (rankOf(by.kind) > rankOf('notification')) return false;
  const asked = askedBy(capture);
  return evidence.some((piece) => claimedBy(piece, asked) === 'captured');
}

/** Whether an inquiry could prove more than this piece does. */
function isSettledByAsking(capture: Capture, piece: Evidence): boolean {
  return canBeAsked(capture) && rankOf(piece.kind) < rankOf('inquiry');
}

/** Whether anything that an operator didn't know says the contrary of what they decided. When it happened, or was said, plays no part. */
function contradictsOperator(by: Evidence, { capture, evidence }: Contradiction): boolean {
  if (by.kind !== 'operator') return false;
  const asked = askedBy(capture);
  const decided = claimedBy(by, asked);
  return newsTo([by], evidence).some((piece) => {
    const claimed = claimedBy(piece, asked);
    return claimed !== 'undecided' && claimed !== decided;
  });
}

/** What none of an operator's words was said in knowledge of. */
function newsTo(words: readonly Evidence[], evidence: readonly Evidence[]): readonly Evidence[] {
  const known = new Set(words.flatMap(({ evidenceId, knew }) => [evidenceId, ...(knew ?? [])]));
  return evidence.filter(({ evidenceId }) => !known.has(evidenceId));
}
