import type { Capture } from './capture.js';
import { canBeAsked } from './capture.js';
import { askedBy, currentOf, isOfThisRequest } from './current.js';
import { answersTo, attemptNumbers, isQuiet, mayHaveReached } from './doubt.js';
import type { Evidence } from './evidence.js';
import { claimedBy } from './evidence.js';

/**
 * Whether an attempt may start. Money moves by what is decided here.
 *
 * - **send**: the capture is planned, so nothing of it has been executed.
 * - **resend**: the first request may have got lost. The wallet and YabandPay are asked, and only if more than one quiet inquiry, apart in
 *   time, shows the payment authorised and uncaptured, the same request goes out again under the same id. No answer may ever have said
 *   that the capture is in process or that something else holds the payment: it may be executed at any time then, however long "authorised"
 *   is shown.
 * - **next generation**: the provider refuses the request id, the same way three times, while quiet inquiries show the payment authorised.
 *   The id is burnt, and the request goes out under the next one, once. The provider's own rule, one capture for each payment, fences it.
 * - **repeat**: PayerMax has no inquiry for captures. After a wait for its callback the same request under the same id is a question. Its
 *   success is evidence, its failure isn't.
 */
export type Licence = 'send' | 'resend' | 'repeat' | 'next_generation';

export interface LicencePolicy {
  /** How long a request may still be executed after it was given up, in ms. */
  readonly quietPeriodMs: number;
  /** How far apart the inquiries must be that license another send, in ms. */
  readonly resendSpacingMs: number;
  /** How long PayerMax's callback is waited for before the first repeat, in ms; the wait doubles with each. */
  readonly repeatAfterMs: number;
}

/** So many refusals of one request id, all the same, burn it. */
const REFUSALS = 3;
const LAST_GENERATION = 2;
/** How often PayerMax is asked by a repeat before a person must look. */
export const MAX_REPEATS = 5;

/** The licence that a capture has at `now` (the database's time); null if it has none. Judged under the capture's row lock. */
export function licenceOf(
  capture: Capture,
  evidence: readonly Evidence[],
  now: Date,
  policy: LicencePolicy,
): Licence | null {
  if (capture.review !== null) return null;
  switch (capture.status.state) {
    case 'planned':
      return 'send';
    case 'pending':
      return canBeAsked(capture)
        ? resendOf(capture, currentOf(capture, evidence).evidence, now, policy)
        : repeatOf(capture, evidence, now, policy);
    case 'sending':
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return null;
  }
}

/** When PayerMax may be asked by a repeat; null if it was asked often enough. */
export function repeatAt(
  capture: Capture,
  evidence: readonly Evidence[],
  { repeatAfterMs }: LicencePolicy,
): Date | null {
  const { leaseUntil } = capture;
  if (leaseUntil === null || isAskedOut(capture, evidence)) return null;
  const asked = askedUnderThisId(capture, evidence);
  return new Date(leaseUntil.getTime() + repeatAfterMs * 2 ** Math.max(0, asked - 1));
}

/** Whether PayerMax was asked by a repeat as often as makes sense. */
export function isAskedOut(capture: Capture, evidence: readonly Evidence[]): boolean {
  return askedUnderThisId(capture, evidence) > MAX_REPEATS;
}

/** A request that never left, or that the provider says it did nothing for, has asked nothing. */
function askedUnderThisId({ attempts, attemptsBefore }: Capture, evidence: readonly Evidence[]): number {
  return attemptNumbers(attempts, attemptsBefore).filter((attempt) => mayHaveReached(attempt, evidence))
    .length;
}

function repeatOf(
  capture: Capture,
  evidence: readonly Evidence[],
  now: Date,
  policy: LicencePolicy,
): Licence | null {
  const at = repeatAt(capture, evidence, policy);
  return at !== null && now >= at ? 'repeat' : null;
}

function resendOf(
  capture: Capture,
  evidence: readonly Evidence[],
  now: Date,
  { quietPeriodMs, resendSpacingMs }: LicencePolicy,
): Licence | null {
  if (evidence.some((piece) => forbidsResend(piece, capture))) return null;
  const toldClosed = evidence.filter(
    ({ kind, finding }) => kind === 'notification' && finding.is === 'closed',
  );
  const seen = evidence.filter(
    (piece) =>
      isQuiet(piece, capture, quietPeriodMs) &&
      piece.finding.is === 'authorised' &&
      toldClosed.every(({ at }) => at < piece.at),
  );
  const times = seen.map(({ at }) => at.getTime()).sort((a, b) => a - b);
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined || last - first < resendSpacingMs) return null;
  // An inquiry says how it was when it began: one from the future would have been judged before it was made.
  if (last > now.getTime()) return null;
  if (!isBurnt(capture, evidence)) return 'resend';
  return capture.generation < LAST_GENERATION ? 'next_generation' : null;
}

/** Whether this piece tells that the capture may be executed, was, or is somebody else's, whatever an inquiry shows. */
function forbidsResend(piece: Evidence, capture: Capture): boolean {
  if (claimedBy(piece, askedBy(capture)) === 'mismatch') return true;
  switch (piece.finding.is) {
    case 'captured':
    case 'in_process':
    case 'busy':
    case 'cancelled':
    case 'foreign':
      return true;
    case 'declined':
      // A refused request is what a resend is for; a payment that is shown as refused is not.
      if (piece.kind === 'notification') return isOfThisRequest(piece.finding, capture);
      return piece.kind !== 'capture_response';
    case 'closed':
      return piece.kind === 'inquiry';
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
    case 'withdrawn':
    case 'retried':
      return false;
  }
}

/** Whether the provider has refused the current request id three times in a row, for the same reason. */
export function isBurnt({ attempts, attemptsBefore }: Capture, evidence: readonly Evidence[]): boolean {
  const last = attemptNumbers(attempts, attemptsBefore).slice(-REFUSALS);
  const refusals = last.map((attempt) => refusalIn(answersTo(attempt, evidence)));
  return (
    refusals.length === REFUSALS &&
    refusals[0] !== null &&
    refusals.every((refusal) => refusal === refusals[0])
  );
}

/** Whether no request id is left to try: a person must look. */
export function isExhausted(capture: Capture, evidence: readonly Evidence[]): boolean {
  return capture.generation >= LAST_GENERATION && isBurnt(capture, evidence);
}

/** What a request was refused with, as text that is the same for the same reason; null if it wasn't refused. */
function refusalIn(answers: readonly Evidence[]): string | null {
  const refused = answers.find(({ finding }) => finding.is === 'declined' || finding.is === 'id_taken');
  return refused === undefined ? null : `${refused.finding.is} ${refused.providerCode ?? ''}`;
}
