import type { Announcement, Capture, CaptureStatus, ProviderName } from './capture.js';
import type { Evidence, EvidenceKind } from './evidence.js';
import { rankOf } from './evidence.js';
import { eventIdOf } from './ids.js';
import type { FailureCategory, PendingReason } from './outcome.js';
import { needsNewAuthorisation } from './outcome.js';

/** What brought an outcome about, as subscribers see it. */
export interface EventEvidence {
  readonly kind: EvidenceKind;
  readonly rank: number;
  readonly providerCode: string | null;
  readonly message: string | null;
}

/** What every event of a capture carries: a full snapshot, so that a subscriber needs no earlier event to understand it. */
export interface EventSnapshot {
  readonly eventId: string;
  readonly captureId: string;
  readonly captureRequestId: string;
  readonly orderId: string;
  readonly paymentId: string;
  readonly provider: ProviderName;
  readonly account: string;
  /** Minor units. */
  readonly amount: bigint;
  readonly currency: string;
  /** 1 for a capture's first event, then without gaps but for one after a loss of the database (assumption.ts). Apply an event only if it is above the last applied one. */
  readonly sequence: number;
  readonly occurredAt: Date;
  /** Null only for `not_sent`, where there is none yet. */
  readonly evidence: EventEvidence | null;
  /** The id of the final event that this one corrects. */
  readonly supersedes: string | null;
}

export type CaptureEvent = EventSnapshot &
  (
    | {
        readonly type: 'capture.succeeded';
        readonly providerCaptureId: string | null;
        readonly capturedAt: Date | null;
      }
    | {
        readonly type: 'capture.failed';
        readonly category: FailureCategory;
        readonly newAuthorisationNeeded: boolean;
      }
    | {
        readonly type: 'capture.pending';
        readonly reason: PendingReason;
        readonly nextInquiryAt: Date | null;
        readonly expiresAt: Date;
      }
  );
export type EventType = CaptureEvent['type'];
export const EVENT_TYPES = [
  'capture.succeeded',
  'capture.failed',
  'capture.pending',
] as const satisfies EventType[];

/** What a status is announced as; null for one that subscribers are not told of. */
export function announcementOf(status: CaptureStatus): Announcement | null {
  switch (status.state) {
    case 'planned':
    case 'sending':
      return null;
    case 'pending':
      return `pending/${status.reason}`;
    case 'succeeded':
      return 'succeeded';
    case 'failed':
      return `failed/${status.category}`;
    case 'cancelled':
      return 'failed/cancelled_by_operator';
  }
}

/** What the event says beyond the snapshot, by announcement. */
export interface EventDetails {
  readonly announcement: Announcement;
  /** Above the last one's. */
  readonly sequence: number;
  readonly by: Evidence | null;
  readonly at: Date;
  /** When the provider will next be asked, for pending events. */
  readonly nextInquiryAt: Date | null;
}

/** Builds the capture's next event. `capture` is the capture as it stands after the change, with `sequence` still the last one's. */
export function nextEvent(capture: Capture, details: EventDetails): CaptureEvent {
  const { by, sequence } = details;
  const snapshot: EventSnapshot = {
    eventId: eventIdOf(capture.captureId, sequence),
    captureId: capture.captureId,
    captureRequestId: capture.requestId,
    orderId: capture.orderId,
    paymentId: capture.paymentId,
    provider: capture.provider,
    account: capture.account,
    amount: capture.money.amount,
    currency: capture.money.currency,
    sequence,
    occurredAt: details.at,
    evidence: by && {
      kind: by.kind,
      rank: rankOf(by.kind),
      providerCode: by.providerCode,
      message: by.providerMessage,
    },
    supersedes: wasFinal(capture.announced) ? eventIdOf(capture.captureId, capture.sequence) : null,
  };
  const { announcement } = details;
  if (announcement === 'succeeded') {
    const succeeded = capture.status.state === 'succeeded' ? capture.status : null;
    return {
      ...snapshot,
      type: 'capture.succeeded',
      providerCaptureId: succeeded?.providerCaptureId ?? null,
      capturedAt: succeeded?.capturedAt ?? null,
    };
  }
  if (startsWith(announcement, 'failed/')) {
    const category = afterSlash(announcement);
    return {
      ...snapshot,
      type: 'capture.failed',
      category,
      newAuthorisationNeeded: needsNewAuthorisation(category),
    };
  }
  return {
    ...snapshot,
    type: 'capture.pending',
    reason: afterSlash(announcement),
    nextInquiryAt: details.nextInquiryAt,
    expiresAt: capture.expiresAt,
  };
}

function wasFinal(announced: Announcement | null): boolean {
  return announced !== null && !startsWith(announced, 'pending/');
}

function startsWith<Prefix extends string>(
  text: Announcement,
  prefix: Prefix,
): text is Extract<Announcement, `${Prefix}${string}`> {
  return text.startsWith(prefix);
}

function afterSlash<Word extends string>(text: `${string}/${Word}`): Word {
  // The template type says that what follows the only slash is a Word; TypeScript can't follow `slice` there.
  return text.slice(text.indexOf('/') + 1) as Word;
}
