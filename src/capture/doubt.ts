import type { Capture } from './capture.js';
import type { Evidence, Finding } from './evidence.js';
import { isAssumed, provesNoEffect } from './evidence.js';

/**
 * What may have reached the provider, and from when on an inquiry covers all of it.
 *
 * A request that was sent may still be executed for some time after we gave it up: the quiet period. So what an inquiry shows as not
 * captured is certain only if it began after the last request could have been begun, and the quiet period on top: a *quiet* inquiry.
 */
export type Sent = Pick<Capture, 'attempts' | 'leaseUntil'>;

/**
 * Whether an attempt may have been executed, or may be yet, and no answer to it says what came of it. An assumed one stands for any number of
 * requests, so an answer to one of them leaves the others open.
 */
export function isInDoubt(attempt: number, evidence: readonly Evidence[]): boolean {
  const words = answersTo(attempt, evidence);
  if (words.some(({ finding }) => isAssumed(finding))) return true;
  return mayHaveReached(attempt, evidence) && !words.some(({ finding }) => isOutcome(finding));
}

function isOutcome(finding: Finding): boolean {
  return finding.is === 'captured' || finding.is === 'declined';
}

/** Whether a request may have been executed or judged: not if all answers to it prove that nothing came of it. */
export function mayHaveReached(attempt: number, evidence: readonly Evidence[]): boolean {
  const words = answersTo(attempt, evidence);
  return words.length === 0 || !words.every(({ finding }) => provesNoEffect(finding));
}

/** Whether any attempt so far may have been executed, or may be yet, without an answer that tells. */
export function isAnyInDoubt({ attempts }: Pick<Sent, 'attempts'>, evidence: readonly Evidence[]): boolean {
  return attemptNumbers(attempts).some((attempt) => isInDoubt(attempt, evidence));
}

/** Whether this is an inquiry that covers all that was ever sent. `quietPeriodMs` is in ms. */
export function isQuiet(piece: Evidence, { leaseUntil }: Sent, quietPeriodMs: number): boolean {
  if (piece.kind !== 'inquiry') return false;
  return leaseUntil === null || piece.at.getTime() > leaseUntil.getTime() + quietPeriodMs;
}

/** The attempts after `before`, from 1. */
export function attemptNumbers(attempts: number, before = 0): number[] {
  return Array.from({ length: Math.max(0, attempts - before) }, (_, index) => before + index + 1);
}

export function isAnswer(piece: Evidence): boolean {
  return piece.kind === 'capture_response';
}

export function answersTo(attempt: number | null, evidence: readonly Evidence[]): readonly Evidence[] {
  return evidence.filter((piece) => isAnswer(piece) && piece.attempt === attempt);
}
