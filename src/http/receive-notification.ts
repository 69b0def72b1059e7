import type { Logger } from 'pino';
import { messageOf } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { StoredNotification } from '../ports/notification.js';
import type { NotifyAddress, NotifyResult } from '../ports/notify-observer.js';
import type {
  NotificationReader,
  NotificationReading,
  NotifyReply,
  ReceivedNotification,
} from '../providers/notification.js';
import { heldAgainst, notificationIdOf } from '../providers/notification.js';

/** An account that notifications are taken for. */
export interface NotifiedAccount extends NotifyAddress {
  readonly merchantId: string;
  readonly reader: NotificationReader;
  /** Whether notifications may come from an address. */
  readonly isSource: (address: string) => boolean;
}

export interface ReceiveOptions {
  /** Makes a notification durable; `duplicate` if it was already. Rejects if it couldn't. */
  readonly keep: (notification: StoredNotification) => Promise<'stored' | 'duplicate'>;
  /** Whether the store was found to be what it should: before that nothing is written. */
  readonly isReady: () => boolean;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Logger;
}

/** What became of a request, and what it is answered. */
export interface Received {
  readonly result: NotifyResult;
  readonly status: number;
  readonly reply: NotifyReply;
  /** Why it was refused, for people. */
  readonly because?: string;
}

/** Reads a notification for an account, makes it durable, and says how to answer. Never rejects. */
export async function receiveNotification(
  received: ReceivedNotification,
  at: NotifiedAccount,
  options: ReceiveOptions,
): Promise<Received> {
  const { taken, refused } = at.reader.replies;
  const receivedAt = options.clock.now();
  const reading = at.reader.read(received, receivedAt);
  switch (reading.is) {
    case 'refused': {
      const isStranger = reading.reason === 'unauthenticated';
      return {
        result: isStranger ? 'unverified' : 'unreadable',
        status: isStranger ? 401 : 422,
        reply: refused,
        because: reading.because,
      };
    }
    case 'ignored':
      return { result: 'ignored', status: 200, reply: taken };
    case 'verified':
    case 'out_of_window': {
      const kept = await keep(stored(reading, { received, at, receivedAt }), options);
      if (kept === null) return { result: 'unavailable', status: 503, reply: refused };
      return { result: reading.is === 'out_of_window' ? reading.is : kept, status: 200, reply: taken };
    }
  }
}

interface Arrival {
  readonly received: ReceivedNotification;
  readonly at: NotifiedAccount;
  readonly receivedAt: Date;
}

function stored(
  { is, notice, identity }: Extract<NotificationReading, { readonly is: 'verified' | 'out_of_window' }>,
  { received: { body }, at: { provider, merchantId, account }, receivedAt }: Arrival,
): StoredNotification {
  const { captureReference, says, at, providerCode, providerMessage } = heldAgainst(notice, {
    provider,
    merchantId,
  });
  return {
    notificationId: notificationIdOf({ provider, merchantId }, identity ?? body, is),
    provider,
    merchantId,
    account,
    captureReference,
    receivedAt,
    at: at ?? receivedAt,
    says,
    providerCode,
    providerMessage,
    raw: body,
  };
}

/** Null if it isn't durable, or nobody knows whether it is: then it must come again. */
async function keep(
  notification: StoredNotification,
  { keep: write, isReady, log }: ReceiveOptions,
): Promise<'stored' | 'duplicate' | null> {
  if (!isReady()) return null;
  try {
    return await write(notification);
  } catch (error) {
    const { provider, account, notificationId } = notification;
    log.error(
      { err: error, provider, account, notificationId },
      `a notification can't be stored, and its sender is told to send it again: ${messageOf(error)}`,
    );
    return null;
  }
}
