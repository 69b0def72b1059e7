import { canBeAsked } from './capture.js';
import type { Current, Judged } from './current.js';
import { askedBy, currentOf, isOfThisRequest } from './current.js';
import { answersTo, isAnswer, isInDoubt, isQuiet, mayHaveReached } from './doubt.js';
import type { Asked, Evidence, Finding } from './evidence.js';
import { claimedBy, provesNoEffect, rankOf } from './evidence.js';
import type { PendingReason } from './outcome.js';

/**
 * What the whole set of evidence says about a capture. It depends on the set alone, never on the order of arrival: two workers that
 * hold the same evidence reach the same verdict.
 *
 * 1. Evidence that claims `captured` (and matches what was asked) always counts. That nothing was captured counts by its source:
 *    - A `declined` in answer to an attempt, only if every other attempt, and every other answer to this one, proves that nothing was
 *      executed: an earlier request that may have got through can be the very reason why a later one was refused. That the attempt's
 *      lease lapsed first doesn't weaken it: the answer came late, but to this very request.
 *    - From an inquiry, only if no attempt is in doubt or the inquiry is quiet: else a request may yet be executed after it.
 *    - A notification that this capture was `declined`, if it is of the request id of now. One that the payment is `closed`, never: it
 *      tells of no request, so an inquiry must.
 *    - From a settlement and an operator, always.
 * 2. Among what counts, the highest rank wins, then the latest provider time, then captured over declined, then the id.
 * 3. What decides so, and is weaker than an inquiry, is disputed if a word of the contrary stands beside it: then only an inquiry settles
 *    the matter. So is an inquiry that showed a refusal, by a word that money moved since. PayerMax, which can't be asked, is believed by its callback.
 * 4. Money that moved under two request ids is a mismatch, whatever else is said; only an operator clears it.
 * 5. A mismatch (captured, but not what we asked) outweighs everything up to its own rank; only stronger evidence clears it.
 * 6. Failing that: an attempt without any word is still under way; one that may have been sent makes the capture pending; if all
 *    attempts provably had no effect, the capture is still ours to send, unless an operator withdrew it.
 *
 * An operator's retry begins anew: what was refused before it counts no longer. What was captured before it does.
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
  | { readonly says: 'unsent' }
  | { readonly says: 'withdrawn'; readonly by: Evidence };

export function verdictOf(capture: Judged, all: readonly Evidence[], quietPeriodMs: number): Verdict {
  const asked = askedBy(capture);
  const current = currentOf(capture, all);
  const { evidence } = current;
  const circumstances = { ...current, capture, quietPeriodMs };
  const counts = (piece: Evidence): boolean => {
    switch (claimedBy(piece, asked)) {
      case 'captured':
        return true;
      case 'declined':
        return refusalCounts(piece, circumstances);
      case 'mismatch':
      case 'undecided':
        return false;
    }
  };
  const decisive = strongest(evidence.filter(counts), asked);
  const mismatch = strongest(
    evidence.filter((piece) => claimedBy(piece, asked) === 'mismatch'),
    asked,
  );
  if (mismatch !== null && (decisive === null || rankOf(decisive.kind) <= rankOf(mismatch.kind))) {
    return { says: 'pending', reason: 'integrity_mismatch', by: mismatch };
  }
  const twice = capturedTwice(evidence, asked);
  if (twice !== null && decisive?.kind !== 'operator')
    return { says: 'pending', reason: 'integrity_mismatch', by: twice };
  if (decisive !== null) {
    if (isDisputed(decisive, circumstances)) return { says: 'pending', reason: 'unknown', by: decisive };
    return { says: claimedBy(decisive, asked) === 'captured' ? 'succeeded' : 'failed', by: decisive };
  }
  return undecided(current);
}

interface Circumstances extends Current {
  readonly capture: Judged;
  readonly quietPeriodMs: number;
}

function refusalCounts(
  piece: Evidence,
  { capture, evidence, attempts, quietPeriodMs }: Circumstances,
): boolean {
  const isSettled = (): boolean => !attempts.some((attempt) => isInDoubt(attempt, evidence));
  switch (piece.kind) {
    case 'capture_response':
      return nothingElseMayHaveBeenSent(piece, { evidence, attempts });
    case 'inquiry':
      return isQuiet(piece, capture, quietPeriodMs) || isSettled();
    case 'notification':
      return piece.finding.is === 'declined' && isOfThisRequest(piece.finding, capture);
    case 'settlement':
    case 'operator':
      return true;
  }
}

/** The strongest proof of money that moved under one of several request ids, where it moved under more than one; else null. */
function capturedTwice(evidence: readonly Evidence[], asked: Asked): Evidence | null {
  const named = evidence.filter(
    (piece) => claimedBy(piece, asked) === 'captured' && requestOf(piece.finding) !== null,
  );
  return new Set(named.map(({ finding }) => requestOf(finding))).size > 1 ? strongest(named, asked) : null;
}

function requestOf(finding: Finding): string | null {
  return finding.is === 'captured' ? finding.requestId : null;
}

/**
 * Whether what decides is contradicted by what an inquiry alone can settle: an answer and notifications that say captured and not captured.
 * Which of them came first, or has the later time, proves nothing: notifications come late, and not all name the time of what they tell. An
 * inquiry that shows a refusal is contradicted by a word that money moved since.
 */
function isDisputed(decisive: Evidence, circumstances: Circumstances): boolean {
  const { capture, evidence } = circumstances;
  if (!canBeAsked(capture) || rankOf(decisive.kind) > rankOf('inquiry')) return false;
  const asked = askedBy(capture);
  const decided = claimedBy(decisive, asked);
  return evidence.some((piece) => {
    if (rankOf(piece.kind) > rankOf('notification')) return false;
    const claimed = claimedBy(piece, asked);
    if (claimed === decided || claimed === 'undecided' || claimed === 'mismatch') return false;
    if (decisive.kind === 'inquiry') return claimed === 'captured' && piece.at > decisive.at;
    return claimed === 'captured' || piece.kind === 'notification' || refusalCounts(piece, circumstances);
  });
}

function nothingElseMayHaveBeenSent(declined: Evidence, { evidence: all, attempts }: Current): boolean {
  const others = attempts.filter((attempt) => attempt !== declined.attempt);
  return (
    !others.some((attempt) => mayHaveReached(attempt, all)) &&
    answersTo(declined.attempt, all).every(
      ({ finding }) => finding.is === 'declined' || finding.is === 'lapsed' || provesNoEffect(finding),
    )
  );
}

function undecided({ evidence, attempts }: Current): Verdict {
  const underWay = attempts.findLast((attempt) => answersTo(attempt, evidence).length === 0);
  if (underWay !== undefined) return { says: 'under_way', attempt: underWay };
  const doubts = evidence.filter(
    (piece) => isAnswer(piece) && attempts.includes(piece.attempt ?? 0) && !provesNoEffect(piece.finding),
  );
  const latest = doubts.toSorted(byAttemptThenTime).at(-1);
  if (latest !== undefined) {
    const reason = latest.finding.is === 'in_process' ? 'in_process' : 'unknown';
    return { says: 'pending', reason, by: latest };
  }
  const withdrawn = evidence.filter(({ finding }) => finding.is === 'withdrawn').toSorted(byTimeThenId)[0];
  return withdrawn === undefined ? { says: 'unsent' } : { says: 'withdrawn', by: withdrawn };
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
  return (a.attempt ?? 0) - (b.attempt ?? 0) || byTimeThenId(a, b);
}

function byTimeThenId(a: Evidence, b: Evidence): number {
  return a.at.getTime() - b.at.getTime() || compareText(a.evidenceId, b.evidenceId);
}

/** Code-unit order: the same on every machine, unlike `localeCompare`. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
