import type { Announcement, Capture, CaptureState, CaptureStatus } from './capture.js';
import { isFinal } from './capture.js';
import type { Backoff } from './backoff.js';
import { waitBefore } from './backoff.js';
import type { Evidence } from './evidence.js';
import type { CaptureEvent } from './events.js';
import { announcementOf, nextEvent } from './events.js';
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
 *   waits for a person too: the word doesn't say whether money moved before. It leaves by evidence to *succeeded* or *failed*, or to
 *   *sending* by a licensed resend. It never goes back to *planned*: doubt isn't undone by a later refusal.
 * - **succeeded**, **failed**: outcomes. Stronger evidence can turn one into the other; the correction names the event it supersedes.
 *   Evidence that would make an outcome open again doesn't: it sends the capture to review. A failed one can be *planned* anew by an
 *   operator.
 * - **cancelled**: withdrawn by an operator before anything was sent; published as failed.
 *
 * Every state that isn't final has a row in the schedule, written in the same transaction.
 */
export const TRANSITIONS: Readonly<Record<CaptureState, readonly CaptureState[]>> = {
  planned: ['sending', 'succeeded', 'failed', 'pending', 'cancelled'],
  sending: ['planned', 'succeeded', 'failed', 'pending'],
  pending: ['succeeded', 'failed', 'sending'],
  succeeded: ['failed'],
  failed: ['succeeded', 'planned'],
  cancelled: [],
};

/** What a capture's row in the schedule is for: send it (planned), see whether its lease ran out (sending), ask the provider (pending). */
export type ScheduledAction = 'send' | 'lapse' | 'inquire';

export type ScheduleChange =
  | { readonly change: 'keep' }
  | { readonly change: 'clear' }
  /** Due this many ms after the database's now. */
  | { readonly change: 'set'; readonly action: ScheduledAction; readonly dueInMs: number }
  /** Stays on the schedule, visible, but nothing takes it: a person must look. */
  | { readonly change: 'park' };

/** What follows from evidence: the capture as it stands now, the event to publish with it, and what the schedule becomes. */
export interface Decision {
  readonly capture: Capture;
  readonly event: CaptureEvent | null;
  readonly schedule: ScheduleChange;
}

export interface FoldPolicy {
  /** How long a capture may stay planned before subscribers are told, in ms. */
  readonly announceUnsentAfterMs: number;
  readonly resend: Backoff;
  readonly inquiry: Backoff;
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
  const verdict = verdictOf(input.capture, input.evidence);
  const capture = moved(input.capture, verdict, input.evidence, policy);
  const schedule = scheduleFor(capture, input, policy);
  const announcement = toAnnounce(capture, input, policy);
  if (announcement === null) return { capture, event: null, schedule };
  const event = nextEvent(capture, {
    announcement,
    by: 'by' in verdict ? verdict.by : null,
    at: input.now,
    nextInquiryAt:
      schedule.change === 'set' && schedule.action === 'inquire'
        ? new Date(input.now.getTime() + schedule.dueInMs)
        : null,
  });
  return { capture: { ...capture, sequence: event.sequence, announced: announcement }, event, schedule };
}

/** Whether an attempt may start now, judged under the capture's row lock. */
export function mayStart(capture: Capture): boolean {
  return capture.status.state === 'planned' && capture.review === null;
}

/** The capture with its next attempt started. The caller has checked `mayStart`. */
export function started(capture: Capture): Capture {
  const attempt = capture.attempts + 1;
  return { ...capture, attempts: attempt, status: { state: 'sending', attempt } };
}

function moved(
  capture: Capture,
  verdict: Verdict,
  evidence: readonly Evidence[],
  policy: FoldPolicy,
): Capture {
  const status = statusOf(verdict);
  if (isFinal(capture.status) && !isFinal(status)) {
    const contradicted = verdict.says === 'pending' && verdict.reason === 'integrity_mismatch';
    return contradicted ? { ...capture, review: 'integrity_mismatch' } : capture;
  }
  if (status.state === 'pending' && status.reason === 'integrity_mismatch') {
    return { ...capture, status, review: 'integrity_mismatch' };
  }
  if (status.state === 'pending' && evidence.some(({ finding }) => finding.is === 'cancelled')) {
    return { ...capture, status, review: 'cancelled_in_doubt' };
  }
  if (status.state === 'planned') {
    const faults = evidence.filter(({ finding }) => finding.is === 'account_fault').length;
    return {
      ...capture,
      status,
      review: faults >= policy.accountFaultTries ? 'repeated_account_fault' : null,
    };
  }
  return { ...capture, status, review: null };
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
      return { state: 'failed', category: finding.is === 'declined' ? finding.category : 'other' };
    }
    case 'pending':
      return { state: 'pending', reason: verdict.reason };
    case 'under_way':
      return { state: 'sending', attempt: verdict.attempt };
    case 'unsent':
      return { state: 'planned' };
  }
}

function scheduleFor(capture: Capture, { now, random }: FoldInput, policy: FoldPolicy): ScheduleChange {
  const { status } = capture;
  switch (status.state) {
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return { change: 'clear' };
    case 'sending':
      return { change: 'keep' };
    case 'pending':
      if (capture.review !== null) return { change: 'park' };
      return { change: 'set', action: 'inquire', dueInMs: waitBefore(1, policy.inquiry, random) };
    case 'planned': {
      if (capture.review !== null) return { change: 'park' };
      const wait = waitBefore(Math.max(1, capture.attempts), policy.resend, random);
      const untilAnnounced = capture.createdAt.getTime() + policy.announceUnsentAfterMs - now.getTime();
      const untold = capture.announced === null && untilAnnounced > 0;
      return { change: 'set', action: 'send', dueInMs: untold ? Math.min(wait, untilAnnounced) : wait };
    }
  }
}

/** What must be published now, or null if subscribers already know it, or needn't know it yet. */
function toAnnounce(capture: Capture, { now }: FoldInput, policy: FoldPolicy): Announcement | null {
  const overdue = now.getTime() - capture.createdAt.getTime() >= policy.announceUnsentAfterMs;
  // Nothing takes a parked capture from the schedule again: this is the last chance to tell.
  const unsent =
    capture.status.state === 'planned' && (overdue || capture.review !== null) ? 'pending/not_sent' : null;
  const announcement = announcementOf(capture.status) ?? unsent;
  return announcement === capture.announced ? null : announcement;
}
