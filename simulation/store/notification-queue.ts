import { captureIdOf } from '../../src/capture/ids.js';
import type { StoredNotification } from '../../src/ports/notification.js';
import type { NotificationRecord } from '../../src/ports/notification-store.js';
import type { OutboxStore, QueuedEvent } from '../../src/ports/store.js';
import type { Session } from './session.js';
import type { Synchronous } from './synchronous.js';

/** How long others leave alone what this process is publishing, in ms. */
const TAKEN_FOR_MS = 30_000;

export type NotificationQueue = Synchronous<OutboxStore>;

/** The queue of notifications as one process has it; see `createNotificationQueue` of the store. */
export function openNotificationQueue(session: Session): NotificationQueue {
  const { tables, now, transaction } = session;
  let taken: readonly QueuedEvent[] = [];

  /** The oldest that nobody is publishing. */
  function take(limit: number): readonly QueuedEvent[] {
    const due = [...tables.notificationQueue.rows].filter(([, { dueAt }]) => dueAt <= now().getTime());
    return due.slice(0, limit).map(([queueId, row]) => {
      tables.notificationQueue.set(queueId, { ...row, dueAt: now().getTime() + TAKEN_FOR_MS });
      return queuedOf(session, queueId, row.notificationId);
    });
  }

  return {
    acquire: () => [0],
    next: (limit) => {
      // What was not published is tried again before anything else.
      if (taken.length === 0) taken = transaction(() => take(limit));
      return taken;
    },
    published: (queueIds) => {
      transaction(() => {
        for (const queueId of queueIds) tables.notificationQueue.delete(queueId);
      });
      taken = taken.filter(({ queueId }) => !queueIds.includes(queueId));
    },
    release: () => {
      const givenBack = taken;
      taken = [];
      transaction(() => {
        for (const { queueId } of givenBack) {
          const row = tables.notificationQueue.get(queueId);
          if (row !== undefined) tables.notificationQueue.set(queueId, { ...row, dueAt: now().getTime() });
        }
      });
    },
  };
}

function queuedOf(
  { tables, encodeNotification }: Session,
  queueId: bigint,
  notificationId: string,
): QueuedEvent {
  const notification = tables.notifications.get(notificationId);
  if (notification === undefined)
    throw new Error(`notification ${notificationId} is queued and isn't stored`);
  const record = encodeNotification(topicFormOf(notification));
  return { queueId, eventId: notificationId, captureId: captureIdOf(notification), record };
}

/** A notification as its topic has it: what it says as a word, and what belongs to the word beside it. */
function topicFormOf(notification: StoredNotification): NotificationRecord {
  const { says } = notification;
  const captured = says.is === 'captured' ? says : null;
  return {
    notificationId: notification.notificationId,
    provider: notification.provider,
    account: notification.account,
    merchantId: notification.merchantId,
    captureReference: notification.captureReference,
    receivedAt: notification.receivedAt,
    says: says.is,
    at: notification.at,
    amount: captured?.money?.amount ?? null,
    currency: captured?.money?.currency ?? null,
    requestId: 'requestId' in says ? (says.requestId ?? null) : null,
    providerCaptureId: captured?.providerCaptureId ?? null,
    capturedAt: captured?.capturedAt ?? null,
    category: 'category' in says ? says.category : null,
    providerCode: notification.providerCode,
    providerMessage: notification.providerMessage,
  };
}
