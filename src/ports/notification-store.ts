import type { LogRecord } from './log.js';
import type { NotifiedFinding, StoredNotification } from './notification.js';

/**
 * A notification as its topic has it: what it says is text there, since whoever publishes it needn't know the words of whoever stored it,
 * which may be a later version.
 */
export interface NotificationRecord {
  readonly notificationId: string;
  readonly provider: string;
  readonly account: string;
  readonly merchantId: string;
  readonly captureReference: string;
  readonly receivedAt: Date;
  readonly says: string;
  readonly at: Date;
  /** Minor units. */
  readonly amount: bigint | null;
  readonly currency: string | null;
  readonly requestId: string | null;
  readonly providerCaptureId: string | null;
  readonly capturedAt: Date | null;
  readonly category: string | null;
  readonly providerCode: string | null;
  readonly providerMessage: string | null;
}

/** Encodes a notification for its topic: the same bytes for the same notification. */
export type NotificationEncoder = (notification: NotificationRecord) => LogRecord;

/** A notification that can be evidence. */
export type NotifiedEvidence = StoredNotification & { readonly says: NotifiedFinding };

/** Notifications that could decide a capture, and came before it. */
export interface ParkedNotifications {
  /** Puts one aside until its capture exists. Again changes nothing. */
  park(notification: NotifiedEvidence): Promise<void>;
  /** Looks at a page of those parked within so many ms, or of all, from the oldest on: which of them have a capture by now? */
  joinable(request: JoinRequest): Promise<JoinablePage>;
  /** Forgets parked ones that became evidence. */
  joined(notificationIds: readonly string[]): Promise<void>;
}

export interface JoinRequest {
  /** Null for all. */
  readonly parkedWithinMs: number | null;
  /** Where the page before this one ended; null for the first. */
  readonly after: ParkedPlace | null;
  /** How many are looked at. */
  readonly limit: number;
}

/** A place among parked notifications: in the order of their time, then of their id. */
export interface ParkedPlace {
  readonly parkedAt: Date;
  readonly notificationId: string;
}

export interface JoinablePage {
  readonly found: readonly NotifiedEvidence[];
  /** Where it ended; null if there are no more. */
  readonly end: ParkedPlace | null;
}
