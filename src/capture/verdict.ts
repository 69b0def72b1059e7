import type { Capture } from './capture.js';
import type { Asked, Evidence } from './evidence.js';
import { claimedBy, provesNoEffect, rankOf } from './evidence.js';
import type { PendingReason } from './outcome.js';

/**
 * What the whole set of evidence says about a capture. It depends on the set alone, never on the order of arrival: two workers that
 * hold the same evidence reach the same verdict.
 *
 * 1. Evidence that claims `captured` (and matches what was asked) always counts. A `declined` in answer to an attempt counts only if
 *    every other attempt, and every other answer to this one, proves that nothing was executed: an earlier request that may have got
 *    through can be the very reason why a later one was refused. That the attempt's lease lapsed first doesn't weaken it: the answer
 *    came late, but to this very request.
 * 2. Among what counts, the highest rank wins, then the latest provider time, then captured over declined, then the id.
 * 3. A mismatch (captured, but not what we asked) outweighs everything up to its own rank; only stronger evidence clears it.
 * 4. Failing that: an attempt without any word is still under way; one that may have been sent makes the capture pending; if all
 *    attempts provably had no effect, the capture is still ours to send.
 */
export type Verdict =
  | { readonly says: 'succeeded'; readonly by: Evidence }
  | { readonly says: 'failed'; readonly by: Evidence }
  | {
      readonly says: 'pending';
      readonly reason: Exclude<PendingReason, 'not_sent'>;
      readonly by: Evidence;
    }
  | { readonly says: 'under_way'; readonly attempt: number }
  | { readonly says: 'unsent' };

export function verdictOf(
  capture: Pick<Capture, 'money' | 'requestId' | 'attempts'>,
  evidence: readonly Evidence[],
): Verdict {
  const asked: Asked = { money: capture.money, requestId: capture.requestId };
  const decisive = strongest(
    evidence.filter((piece) => counts(piece, evidence, capture.attempts, asked)),
    asked,
  );
  const mismatch = strongest(
    evidence.filter((piece) => claimedBy(piece, asked) === 'mismatch'),
    asked,
  );
  if (mismatch !== null && (decisive === null || rankOf(decisive.kind) <= rankOf(mismatch.kind))) {
    return { says: 'pending', reason: 'integrity_mismatch', by: mismatch };
  }
  if (decisive !== null) {
    return { says: claimedBy(decisive, asked) === 'captured' ? 'succeeded' : 'failed', by: decisive };
  }
  return undecided(evidence, capture.attempts);
}

function counts(piece: Evidence, all: readonly Evidence[], attempts: number, asked: Asked): boolean {
  switch (claimedBy(piece, asked)) {
    case 'captured':
      return true;
    case 'declined':
      return piece.kind !== 'capture_response' || nothingElseMayHaveBeenSent(piece, all, attempts);
    case 'mismatch':
    case 'undecided':
      return false;
  }
}

function nothingElseMayHaveBeenSent(declined: Evidence, all: readonly Evidence[], attempts: number): boolean {
  const others = attemptNumbers(attempts).filter((attempt) => attempt !== declined.attempt);
  const hadNoEffect = (attempt: number): boolean => {
    const words = answersTo(attempt, all);
    return words.length > 0 && words.every(({ finding }) => provesNoEffect(finding));
  };
  const ownWords = all.filter((piece) => piece.attempt === declined.attempt && isAnswer(piece));
  return (
    others.every(hadNoEffect) &&
    ownWords.every(
      ({ finding }) => finding.is === 'declined' || finding.is === 'lapsed' || provesNoEffect(finding),
    )
  );
}

function undecided(evidence: readonly Evidence[], attempts: number): Verdict {
  const underWay = attemptNumbers(attempts).findLast((attempt) => answersTo(attempt, evidence).length === 0);
  if (underWay !== undefined) return { says: 'under_way', attempt: underWay };
  const doubts = evidence.filter((piece) => isAnswer(piece) && !provesNoEffect(piece.finding));
  const latest = doubts.toSorted(byAttemptThenTime).at(-1);
  if (latest === undefined) return { says: 'unsent' };
  return {
    says: 'pending',
    reason: latest.finding.is === 'in_process' ? 'in_process' : 'unknown',
    by: latest,
  };
}

function strongest(evidence: readonly Evidence[], asked: Asked): Evidence | null {
  const weight = (piece: Evidence): number => (claimedBy(piece, asked) === 'captured' ? 1 : 0);
  return (
    evidence
      .toSorted(
        (a, b) =>
          rankOf(a.kind) - rankOf(b.kind) ||
          a.at.getTime() - b.at.getTime() ||
          weight(a) - weight(b) ||
          compareText(a.evidenceId, b.evidenceId),
      )
      .at(-1) ?? null
  );
}

function byAttemptThenTime(a: Evidence, b: Evidence): number {
  return (
    (a.attempt ?? 0) - (b.attempt ?? 0) ||
    a.at.getTime() - b.at.getTime() ||
    compareText(a.evidenceId, b.evidenceId)
  );
}

/** Code-unit order: the same on every machine, unlike `localeCompare`. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isAnswer(piece: Evidence): boolean {
  return piece.kind === 'capture_response';
}

function answersTo(attempt: number, evidence: readonly Evidence[]): readonly Evidence[] {
  return evidence.filter((piece) => isAnswer(piece) && piece.attempt === attempt);
}

function attemptNumbers(attempts: number): number[] {
  return Array.from({ length: attempts }, (_, index) => index + 1);
}
