import type { Capture } from './capture.js';
import { attemptNumbers, isAnswer } from './doubt.js';
import type { Asked, Evidence } from './evidence.js';
import { claimedBy } from './evidence.js';
import { requestIdOf } from './ids.js';

/** What a verdict needs to know of a capture. */
export type Judged = Pick<
  Capture,
  | 'captureId'
  | 'provider'
  | 'money'
  | 'orderedAmount'
  | 'requestId'
  | 'generation'
  | 'attempts'
  | 'leaseUntil'
>;

/** What was asked of the provider, under all request ids so far. */
export function askedBy({ captureId, money, orderedAmount, requestId, generation }: Judged): Asked {
  const earlier = Array.from({ length: generation - 1 }, (_, index) => requestIdOf(captureId, index + 1));
  return { money, requestIds: [...earlier, requestId], requestId, isAmended: orderedAmount !== money.amount };
}

/** Whether a notice refuses the request of now; one that names none is of the first. */
export function isOfThisRequest(
  { requestId }: { readonly requestId?: string },
  { captureId, requestId: ours }: Pick<Capture, 'captureId' | 'requestId'>,
): boolean {
  return (requestId ?? requestIdOf(captureId, 1)) === ours;
}

/** The part of what is known that counts now. */
export interface Current {
  readonly evidence: readonly Evidence[];
  /** The numbers of the attempts that count. */
  readonly attempts: readonly number[];
}

/**
 * An operator's later word on what became of it replaces the earlier ones. An operator's retry begins anew: of what was said and sent before
 * it, only that money moved, or that something else than ours did, counts on.
 */
export function currentOf(capture: Judged, all: readonly Evidence[]): Current {
  const evidence = withoutReplaced(all);
  const retry = lastRetry(evidence);
  if (retry === null) return { evidence, attempts: attemptNumbers(capture.attempts) };
  const asked = askedBy(capture);
  return {
    evidence: evidence.filter((piece) => {
      const claimed = claimedBy(piece, asked);
      return claimed === 'captured' || claimed === 'mismatch' || isAfter(piece, retry);
    }),
    attempts: attemptNumbers(capture.attempts, retry.attempt ?? 0),
  };
}

function withoutReplaced(all: readonly Evidence[]): readonly Evidence[] {
  const last = lastWord(all);
  return last === null ? all : all.filter((piece) => !isOutcomeWord(piece) || piece.at >= last.at);
}

/** What an operator said last of what became of the capture; null if none did. No two have one time (operator.ts). */
export function lastWord(evidence: readonly Evidence[]): Evidence | null {
  return (
    evidence
      .filter(isOutcomeWord)
      .toSorted((a, b) => a.at.getTime() - b.at.getTime())
      .at(-1) ?? null
  );
}

function isOutcomeWord({ kind, finding }: Evidence): boolean {
  return kind === 'operator' && (finding.is === 'captured' || finding.is === 'declined');
}

/** Its `attempt` is the last one that was made before it; several can follow one attempt, if nothing was sent in between. */
function lastRetry(evidence: readonly Evidence[]): Evidence | null {
  const retries = evidence.filter(({ finding }) => finding.is === 'retried');
  return (
    retries
      .toSorted((a, b) => (a.attempt ?? 0) - (b.attempt ?? 0) || a.at.getTime() - b.at.getTime())
      .at(-1) ?? null
  );
}

function isAfter(piece: Evidence, retry: Evidence): boolean {
  return isAnswer(piece) ? (piece.attempt ?? 0) > (retry.attempt ?? 0) : piece.at > retry.at;
}
