import { sequenceAfterLoss } from './assumption.js';
import type { Announcement, Capture, CaptureState, CaptureStatus, ReviewReason } from './capture.js';
import { canBeAsked, isFinal } from './capture.js';
import type { CorrectionPolicy } from './correction.js';
import { corrected, isUnexplained } from './correction.js';
import { currentOf } from './current.js';
import type { CaptureEvent } from './events.js';
import { announcementOf, nextEvent } from './events.js';
import type { Evidence, Finding } from './evidence.js';
import { isAssumed } from './evidence.js';
import { requestIdOf } from './ids.js';
import { isAskedOut, isExhausted } from './licence.js';
import type { ScheduleChange, SchedulePolicy } from './schedule.js';
import { scheduleFor } from './schedule.js';
import type { Verdict } from './verdict.js';
import { verdictOf } from './verdict.js';

/**
 * The life of a capture.
 *
 * A fulfilled order is claimed, and the claim is a capture. Nearly always the claim also starts the first attempt, in one transaction,
 * so the capture is born **sending**: the attempt is on record before the first byte leaves. If it may not be sent yet (the account is
 * held), it is born **planned**.
 *
 * - **planned**: ours to send, and provably nothing has been executed. The schedule says when it is tried. If it stays so for longer
 *   than a minute, subscribers are told `capture.pending` with reason `not_sent`; the state stays planned. It goes to *sending* when an
 *   attempt starts, to an outcome if evidence comes first, to *cancelled* if an operator withdraws it.
 * - **sending**: one attempt is under way, under a lease. It ends in *succeeded* or *failed* by the answer, in *pending* if the answer
 *   leaves it open, or back in *planned* if the answer proves that nothing happened and no earlier attempt may have got through. A
 *   worker that dies leaves it here; when the lease has run out, the lapse is recorded as an answer that never came: *pending*.
 * - **pending**: the provider may have moved the money and we don't know (`unknown`), has accepted and not decided (`in_process`), or
 *   moved, or decided, something else than we asked (`integrity_mismatch`: a person looks). One that the provider shows as cancelled
 *   waits for a person too: the word doesn't say whether money moved before. The provider is asked, whoever must look meanwhile, again and
 *   again, until evidence takes it to *succeeded* or *failed*; past the authorisation's expiry rarely, but for ever. It goes to *sending*
 *   by a licensed resend (licence.ts), and never back to *planned*: doubt isn't undone by a later refusal.
 * - **succeeded**, **failed**: outcomes. Stronger evidence can turn one into the other (correction.ts); the correction names the event it
 *   supersedes. Evidence that would make an outcome open again doesn't: it sends the capture to review. A failed one can be *planned* anew
 *   by an operator, under the next request id; subscribers are told `capture.pending`, which supersedes the failure.
 * - **cancelled**: withdrawn by an operator before anything was sent; published as failed.
 *
 * Every state that isn't final has a row in the schedule, written in the same transaction. A final one has none, unless it is contradicted,
 * or the provider is to be asked once more after an operator's word.
 */
export const TRANSITIONS: Readonly<Record<CaptureState, readonly CaptureState[]>> = {
  planned: ['sending', 'succeeded', 'failed', 'pending', 'cancelled'],
  sending: ['planned', 'succeeded', 'failed', 'pending'],
  pending: ['succeeded', 'failed', 'sending'],
  succeeded: ['failed'],
  failed: ['succeeded', 'planned'],
  cancelled: [],
};

/** What follows from evidence: the capture as it stands now, the event to publish with it, and what the schedule becomes. */
export interface Decision {
  readonly capture: Capture;
  readonly event: CaptureEvent | null;
  readonly schedule: ScheduleChange;
}

export interface FoldPolicy extends SchedulePolicy, CorrectionPolicy {
  /** After this many refused credentials a capture stops being retried and waits for a person. */
  readonly accountFaultTries: number;
}

export interface FoldInput {
  readonly capture: Capture;
  /** All evidence of the capture, in any order. */
  readonly evidence: readonly Evidence[];
  /** The database's time of the fold. */
  readonly now: Date;
  /** In [0, 1): the jitter of the next wait. */
  readonly random: number;
}

/** Folds all evidence of a capture into its next status. Pure, and blind to the order in which evidence arrived. */
export function fold(input: FoldInput, policy: FoldPolicy): Decision {
  const verdict = verdictOf(input.capture, input.evidence, policy.quietPeriodMs);
  const capture = moved(input, verdict, policy);
  const schedule = scheduleFor(capture, input, policy);
  const announcement = toAnnounce(capture, input, policy);
  if (announcement === null) return { capture, event: null, schedule };
  const event = nextEvent(capture, {
    announcement,
    sequence: sequenceFor(announcement, capture, input),
    by: 'by' in verdict ? verdict.by : null,
    at: input.now,
    nextInquiryAt:
      schedule.change === 'set' && schedule.action === 'inquire'
        ? new Date(input.now.getTime() + schedule.dueInMs)
        : null,
  });
  return { capture: { ...capture, sequence: event.sequence, announced: announcement }, event, schedule };
}

/** The capture with its next attempt started, under a lease until then. The caller holds a licence (licence.ts). */
export function started(capture: Capture, leaseUntil: Date): Capture {
  const attempt = capture.attempts + 1;
  return { ...capture, attempts: attempt, leaseUntil, status: { state: 'sending', attempt } };
}

/** The same capture under the next request id: its body is the same but for the id. */
export function nextGeneration(capture: Capture): Capture {
  const generation = capture.generation + 1;
  const requestId = requestIdOf(capture.captureId, generation);
  const body = withRequestId(capture.body, capture.requestId, requestId);
  return { ...capture, generation, requestId, body, attemptsBefore: capture.attempts };
}

/** Whether the body names the request once, so that it is the same request but for the id if that is replaced. */
export function isRenamable({ body, requestId }: Pick<Capture, 'body' | 'requestId'>): boolean {
  return Buffer.from(body).toString('utf8').split(requestId).length === 2;
}

/** Throws unless the id stands in the body once, since it would be another request then. */
function withRequestId(body: Uint8Array, from: string, to: string): Uint8Array {
  const parts = Buffer.from(body).toString('utf8').split(from);
  if (parts.length !== 2)
    throw new Error(`the stored body names its request id ${String(parts.length - 1)} times`);
  return Buffer.from(parts.join(to), 'utf8');
}

function moved(input: FoldInput, verdict: Verdict, policy: FoldPolicy): Capture {
  const { capture, evidence, now } = input;
  const status = statusOf(verdict);
  if (isFinal(capture.status)) {
    return isRetried(verdict, input)
      ? { ...capture, status, review: null, contradictedAt: null }
      : corrected({ capture, verdict, status, evidence, now }, policy);
  }
  const next = { ...capture, status };
  if (verdict.says === 'failed' && isUnexplained(next, verdict.by, evidence))
    return { ...next, review: 'contradicted' };
  return { ...next, review: reviewOf(next, currentOf(next, evidence).evidence, policy) };
}

/** Why a person must look at a capture that has no outcome, or just got one. `evidence` is what counts now. */
function reviewOf(
  capture: Capture,
  evidence: readonly Evidence[],
  { accountFaultTries }: FoldPolicy,
): ReviewReason | null {
  const { status } = capture;
  const has = (is: Finding['is']): boolean => evidence.some(({ finding }) => finding.is === is);
  switch (status.state) {
    case 'pending':
      if (status.reason === 'integrity_mismatch') return 'integrity_mismatch';
      if (has('cancelled')) return 'cancelled_in_doubt';
      if (isExhausted(capture, evidence)) return 'request_ids_refused';
      if (canBeAsked(capture)) return null;
      if (has('assumed_sent')) return 'unverifiable';
      return isAskedOut(capture, evidence) ? 'unanswered' : null;
    case 'planned': {
      const faults = evidence.filter(({ finding }) => finding.is === 'account_fault').length;
      return faults >= accountFaultTries ? 'repeated_account_fault' : null;
    }
    case 'sending':
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return null;
  }
}

/** An operator's retry of a failed capture: what failed it counts no longer. */
function isRetried(verdict: Verdict, { capture, evidence }: FoldInput): boolean {
  return (
    capture.status.state === 'failed' &&
    verdict.says === 'unsent' &&
    evidence.some(({ finding }) => finding.is === 'retried')
  );
}

function statusOf(verdict: Verdict): CaptureStatus {
  switch (verdict.says) {
    case 'succeeded': {
      const { finding } = verdict.by;
      const named = finding.is === 'captured' ? finding : null;
      return {
        state: 'succeeded',
        providerCaptureId: named?.providerCaptureId ?? null,
        capturedAt: named?.capturedAt ?? null,
      };
    }
    case 'failed': {
      const { finding } = verdict.by;
      return { state: 'failed', category: 'category' in finding ? finding.category : 'other' };
    }
    case 'pending':
      return { state: 'pending', reason: verdict.reason };
    case 'under_way':
      return { state: 'sending', attempt: verdict.attempt };
    case 'unsent':
      return { state: 'planned' };
    case 'withdrawn':
      return { state: 'cancelled' };
  }
}

/** What must be published now, or null if subscribers already know it, or needn't know it yet. */
function toAnnounce(capture: Capture, { now, evidence }: FoldInput, policy: FoldPolicy): Announcement | null {
  const overdue = now.getTime() - capture.createdAt.getTime() >= policy.announceUnsentAfterMs;
  // Nothing takes a parked capture from the schedule again: this is the last chance to tell. And who knows of a failure must know at once
  // that it no longer stands.
  const isNews = overdue || capture.review !== null || capture.announced?.startsWith('failed/') === true;
  const unsent = capture.status.state === 'planned' && isNews ? 'pending/not_sent' : null;
  const announcement = announcementOf(capture.status) ?? unsent;
  if (announcement === null || announcement === capture.announced) return null;
  return isOpen(announcement) && isToldOfLoss(capture, evidence) ? null : announcement;
}

/**
 * Whether subscribers know that it is open, after the database has forgotten what else they were told. Then they needn't know in what other
 * way it is: told once more, they might take it for newer than an outcome that was published in the lost span.
 */
function isToldOfLoss(capture: Capture, evidence: readonly Evidence[]): boolean {
  const { announced } = capture;
  const current = currentOf(capture, evidence).evidence;
  return announced !== null && isOpen(announced) && current.some(({ finding }) => isAssumed(finding));
}

/** An outcome comes after whatever was published in a span that the database has forgotten; what is still open doesn't replace that. */
function sequenceFor(announcement: Announcement, { sequence }: Capture, { evidence }: FoldInput): number {
  return isOpen(announcement) ? sequence + 1 : Math.max(sequence + 1, sequenceAfterLoss(evidence));
}

function isOpen(announcement: Announcement): boolean {
  return announcement.startsWith('pending/');
}
