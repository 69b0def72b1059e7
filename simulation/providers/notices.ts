import { createHash } from 'node:crypto';
import type { ProviderName } from '../../src/capture/capture.js';
import type { Money } from '../../src/capture/money.js';
import type { NotificationSays, StoredNotification } from '../../src/ports/notification.js';

/** What a provider's notification is about. */
export interface Notice {
  readonly provider: ProviderName;
  readonly merchantId: string;
  readonly captureReference: string;
  readonly money: Money;
  /** Null for one that tells of no request. */
  readonly requestId: string | null;
  readonly is: 'captured' | 'failed';
  readonly at: Date;
  /** Sent by the wallet as no more than a reason to ask. */
  readonly isHint: boolean;
}

/** A notification as the notify endpoint stores it. The same notice twice is one. */
export function notificationOf(notice: Notice): StoredNotification {
  const { provider, merchantId, captureReference, at } = notice;
  const says = saysOf(notice);
  const told = [provider, merchantId, captureReference, notice.requestId, notice.is, says.is, at.getTime()];
  return {
    notificationId: createHash('sha256').update(JSON.stringify(told)).digest('hex'),
    provider,
    merchantId,
    account: provider,
    captureReference,
    receivedAt: at,
    at,
    says,
    providerCode: null,
    providerMessage: null,
    raw: null,
  };
}

function saysOf({ isHint, is, money, requestId, at }: Notice): NotificationSays {
  if (isHint) return { is: 'hint' };
  if (is === 'failed') return { is: 'declined', category: 'other', ...(requestId !== null && { requestId }) };
  return { is: 'captured', money, requestId, providerCaptureId: null, capturedAt: at };
}
