import type { Backoff } from './backoff.js';
import { waitBefore } from './backoff.js';
import type { Capture, ProviderName } from './capture.js';
import { canBeAsked } from './capture.js';
import { askedBy, currentOf, lastWord } from './current.js';
import { isAnyInDoubt } from './doubt.js';
import type { Evidence } from './evidence.js';
import { claimedBy, provesNoEffect } from './evidence.js';
import type { LicencePolicy } from './licence.js';
import { licenceOf, repeatAt } from './licence.js';

/**
 * What a capture's row in the schedule is for: send it (planned), see whether its lease ran out (sending), ask the provider (pending, an
 * outcome that is contradicted, or one more time, after an operator said that it failed).
 */
export type ScheduledAction = 'send' | 'lapse' | 'inquire';

export type ScheduleChange =
  | { readonly change: 'keep' }
  | { readonly change: 'clear' }
  /** Due this many ms after the database's now. */
  | { readonly change: 'set'; readonly action: ScheduledAction; readonly dueInMs: number }
  /** Stays on the schedule, visible, but nothing takes it: a person must look. */
  | { readonly change: 'park' };

export interface SchedulePolicy extends LicencePolicy {
  /** How long a capture may stay planned before subscribers are told, in ms. */
  readonly announceUnsentAfterMs: number;
  readonly resend: Backoff;
  /** Each provider's own: one allows more questions than another. */
  readonly inquiry: Readonly<Record<ProviderName, Backoff>>;
  /** How often the provider is asked once the authorisation has expired, in ms. */
  readonly overdueInquiryMs: number;
}

export interface ScheduleInput {
  readonly evidence: readonly Evidence[];
  readonly now: Date;
  /** In [0, 1): the jitter. */
  readonly random: number;
}

/** When the capture, as it stands now, is to be looked at again. */
export function scheduleFor(capture: Capture, input: ScheduleInput, policy: SchedulePolicy): ScheduleChange {
  const { status } = capture;
  switch (status.state) {
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      if (capture.contradictedAt === null) return lastLook(capture, input, policy) ?? { change: 'clear' };
      return inReview(capture, input, policy) ?? asking(untilInquiry(capture, input, policy));
    case 'sending':
      return { change: 'keep' };
    case 'pending':
      return inReview(capture, input, policy) ?? asking(untilNextStep(capture, input, policy));
    case 'planned': {
      if (capture.review !== null) return { change: 'park' };
      const { evidence, now, random } = input;
      const tries = currentOf(capture, evidence).attempts.length;
      const wait = waitBefore(Math.max(1, tries), policy.resend, random);
      const untilAnnounced = capture.createdAt.getTime() + policy.announceUnsentAfterMs - now.getTime();
      const untold = capture.announced === null && untilAnnounced > 0;
      return { change: 'set', action: 'send', dueInMs: untold ? Math.min(wait, untilAnnounced) : wait };
    }
  }
}

function asking(dueInMs: number): ScheduleChange {
  return { change: 'set', action: 'inquire', dueInMs };
}

/**
 * What waits for a person is still asked about: the provider may tell what settles it. So often as ever if it named another amount than ours
 * unasked, which an inquiry can show to be nothing; else rarely, since it was asked before. Null for a capture that waits for nobody.
 */
function inReview(capture: Capture, input: ScheduleInput, policy: SchedulePolicy): ScheduleChange | null {
  const { review } = capture;
  if (review === null) return null;
  if (!canBeAsked(capture)) return { change: 'park' };
  const asked = askedBy(capture);
  const isConfirmed = input.evidence.some(
    (piece) => piece.kind === 'inquiry' && claimedBy(piece, asked) === 'mismatch',
  );
  return asking(
    review === 'integrity_mismatch' && !isConfirmed
      ? untilInquiry(capture, input, policy)
      : rarely(input, policy),
  );
}

/**
 * What an operator says of a request that may have got through was looked up by a person. So the provider is asked once more, a quiet
 * period later, and rarely from then on until it tells anything: nobody else would find that it was captured after all.
 */
function lastLook(capture: Capture, input: ScheduleInput, policy: SchedulePolicy): ScheduleChange | null {
  if (capture.status.state !== 'failed' || !canBeAsked(capture)) return null;
  const { evidence } = currentOf(capture, input.evidence);
  const word = lastWord(evidence);
  if (word === null || !isAnyInDoubt(capture, input.evidence)) return null;
  if (evidence.some((piece) => tellsAnything(piece) && piece.at > word.at)) return null;
  const dueInMs = word.at.getTime() + policy.quietPeriodMs - input.now.getTime();
  return asking(dueInMs > 0 ? dueInMs : rarely(input, policy));
}

function tellsAnything({ kind, finding }: Evidence): boolean {
  return kind === 'inquiry' && finding.is !== 'unknown' && !provesNoEffect(finding);
}

function rarely({ random }: ScheduleInput, { overdueInquiryMs }: SchedulePolicy): number {
  return Math.ceil(overdueInquiryMs * (0.5 + random / 2));
}

/** At once if it may be sent again; PayerMax, which can't be asked, when it may be; else when the provider is to be asked. */
function untilNextStep(capture: Capture, input: ScheduleInput, policy: SchedulePolicy): number {
  const { evidence, now } = input;
  if (licenceOf(capture, evidence, now, policy) !== null) return 1;
  if (canBeAsked(capture)) return untilInquiry(capture, input, policy);
  const at = repeatAt(capture, evidence, policy);
  return at === null ? policy.overdueInquiryMs : Math.max(1, at.getTime() - now.getTime());
}

/** The waits grow with each inquiry since the last send, and never exceed an eighth of what is left of the authorisation. */
function untilInquiry(capture: Capture, input: ScheduleInput, policy: SchedulePolicy): number {
  const { evidence, now, random } = input;
  const inquiry = policy.inquiry[capture.provider];
  const left = capture.expiresAt.getTime() - now.getTime();
  if (left <= 0) return rarely(input, policy);
  const since = capture.contradictedAt ?? capture.leaseUntil;
  const asked = evidence.filter((piece) => isTold(piece) && (since === null || piece.at > since)).length;
  const wait = waitBefore(asked + 1, inquiry, random);
  return Math.min(wait, Math.max(inquiry.baseMs, Math.ceil(left / EIGHTH)));
}

/** Whether the provider was asked, and not just refused our credentials: when those are mended there is no reason to wait. */
function isTold({ kind, finding }: Evidence): boolean {
  return kind === 'inquiry' && finding.is !== 'account_fault';
}

const EIGHTH = 8;
