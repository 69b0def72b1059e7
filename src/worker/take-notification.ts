import type { Logger } from 'pino';
import type { Capture } from '../capture/capture.js';
import { isFinal } from '../capture/capture.js';
import { captureIdOf } from '../capture/ids.js';
import type { Rejection } from '../capture/rejection.js';
import { reject } from '../capture/rejection.js';
import { hasCode, messageOf } from '../errors.js';
import { idsOf } from '../log.js';
import type { StoredNotification } from '../ports/notification.js';
import type { NotifiedEvidence, ParkedNotifications } from '../ports/notification-store.js';
import type { BatchedStore } from './batched-store.js';
import { couldDecide, evidenceFrom, isEvidence, leavesOpen } from './notified.js';

export interface TakeNotificationOptions {
  readonly store: Pick<BatchedStore, 'record'>;
  readonly parked: Pick<ParkedNotifications, 'park'>;
  /** Makes the inquiry of a capture due now, if it waits for one or has failed; false if it doesn't. */
  readonly wake: (captureId: string) => Promise<boolean>;
  readonly log: Logger;
}

/**
 * What became of a notification: evidence of its capture; an inquiry that was woken; parked until its capture exists; passed over, since
 * there is nothing that it could do.
 */
export type NotificationTaken =
  | { readonly taken: 'folded'; readonly capture: Capture }
  | { readonly taken: 'woke' | 'parked' | 'passed' }
  | { readonly taken: 'rejected'; readonly rejection: Rejection };

/**
 * Brings a notification to its capture, which provider, merchant and capture reference name. Resolves when that is durable; doing it again
 * changes nothing. Rejects with a retryable error if the store is away.
 *
 * A hint only wakes the capture's inquiry, also that of one that has failed. So does, once it is recorded, evidence that leaves the matter
 * open, unless the capture has an outcome that it doesn't contradict: something has changed at the provider.
 */
export async function takeNotification(
  notification: StoredNotification,
  options: TakeNotificationOptions,
): Promise<NotificationTaken> {
  try {
    return await takeOrReject(notification, options);
  } catch (error) {
    if (!hasCode(error, 'STORE_REFUSED_DATA')) throw error;
    const remedy = 'look at the texts of the notification for what a database refuses';
    return { taken: 'rejected', rejection: reject('refused_by_store', 'value', messageOf(error), remedy) };
  }
}

async function takeOrReject(
  notification: StoredNotification,
  options: TakeNotificationOptions,
): Promise<NotificationTaken> {
  const { wake, parked } = options;
  const captureId = captureIdOf(notification);
  if (!isEvidence(notification)) return { taken: (await wake(captureId)) ? 'woke' : 'passed' };
  const capture = await recordNotification(captureId, notification, options);
  if (capture === null) {
    if (!couldDecide(notification.says)) return { taken: 'passed' };
    await parked.park(notification);
    return { taken: 'parked' };
  }
  if (leavesOpen(notification.says) && !isSettled(capture)) await wake(captureId);
  return { taken: 'folded', capture };
}

function isSettled({ status, contradictedAt }: Capture): boolean {
  return isFinal(status) && contradictedAt === null;
}

/** Folds a notification into its capture: the capture as it stands then, null if there is none. Rejects as the store does. */
export async function recordNotification(
  captureId: string,
  notification: NotifiedEvidence,
  { store, log }: Pick<TakeNotificationOptions, 'store' | 'log'>,
): Promise<Capture | null> {
  const capture = await store.record({ captureId, pieces: [evidenceFrom(captureId, notification)] });
  if (capture !== null && capture.review !== null)
    log.error(
      { ...idsOf(capture), review: capture.review, notificationId: notification.notificationId },
      'a person must look at this capture, of which a notification came',
    );
  return capture;
}
