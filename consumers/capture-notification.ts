import type { Logger } from 'pino';
import type { Rejection } from '../src/capture/rejection.js';
import { isRejection } from '../src/capture/rejection.js';
import { idsOf, placeOf } from '../src/log.js';
import type { LogMessage } from '../src/ports/log.js';
import type { StoredNotification } from '../src/ports/notification.js';
import type { Observer } from '../src/ports/observer.js';
import type { NotificationTaken } from '../src/worker/take-notification.js';

export interface NotificationConsumerOptions {
  /** Rejects only if the registry is away. */
  readonly decode: (value: Uint8Array | null) => Promise<StoredNotification | Rejection>;
  readonly take: (notification: StoredNotification) => Promise<NotificationTaken>;
  readonly deadLetter: (message: LogMessage, rejection: Rejection) => Promise<void>;
  readonly observer: Pick<Observer, 'notification' | 'deadLetter'>;
  readonly log: Logger;
}

/**
 * Consumes `capture.notification`: decodes a message, hands the notification over, and puts what can't be read on the dead-letter topic.
 * Resolves when the message may be committed.
 */
export function consumeCaptureNotification(
  options: NotificationConsumerOptions,
): (message: LogMessage) => Promise<void> {
  const { decode, take, deadLetter, observer, log } = options;
  return async (message) => {
    const notification = await decode(message.value);
    const taken: NotificationTaken = isRejection(notification)
      ? { taken: 'rejected', rejection: notification }
      : await take(notification);
    if (taken.taken === 'rejected') {
      await deadLetter(message, taken.rejection);
      observer.deadLetter(taken.rejection.rejected);
      log.warn({ ...placeOf(message), ...taken.rejection }, 'a notification became a dead letter');
      return;
    }
    if (isRejection(notification)) return;
    const { notificationId, provider, says } = notification;
    observer.notification(provider, taken.taken);
    log.info(
      {
        ...placeOf(message),
        notificationId,
        says: says.is,
        ...(taken.taken === 'folded' ? { ...idsOf(taken.capture), state: taken.capture.status.state } : {}),
      },
      TOLD[taken.taken],
    );
  };
}

const TOLD = {
  folded: 'a notification became evidence',
  woke: 'a notification woke an inquiry',
  parked: 'a notification waits for its capture',
  passed: 'a notification had nothing to tell',
} as const;
