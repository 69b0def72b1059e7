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
  /** Of those parked within so many ms, or of all, the oldest whose capture exists by now. */
  joinable(request: JoinRequest): Promise<readonly NotifiedEvidence[]>;
  /** Forgets parked ones that became evidence. */
  joined(notificationIds: readonly string[]): Promise<void>;
}

export interface JoinRequest {
  /** Null for all. */
  readonly parkedWithinMs: number | null;
  readonly limit: number;
}
