import { createHash } from 'node:crypto';
import type { Capture } from '../../src/capture/capture.js';
import type { NotificationSays, StoredNotification } from '../../src/ports/notification.js';
import type { NotificationRecord } from '../../src/ports/notification-store.js';
import { aCapture, EPOCH } from './captures.js';

/** The money moved, and nothing is named that could contradict what was asked. */
export const TOLD_CAPTURED = {
  is: 'captured',
  money: null,
  requestId: null,
  providerCaptureId: 'provider-capture-1',
  capturedAt: EPOCH,
} as const satisfies NotificationSays;

/** A notification of a capture; `label` tells several apart. */
export function aNotification(
  says: NotificationSays,
  capture: Pick<Capture, 'provider' | 'merchantId' | 'captureReference'> = aCapture(),
  change: Partial<StoredNotification> & { readonly label?: string } = {},
): StoredNotification {
  const { provider, merchantId, captureReference } = capture;
  const { label = '', ...rest } = change;
  const raw = Buffer.from(`${provider} ${merchantId} ${captureReference} ${says.is} ${label}`);
  return {
    notificationId: createHash('sha256').update(raw).digest('hex'),
    provider,
    merchantId,
    account: 'shop',
    captureReference,
    receivedAt: EPOCH,
    at: EPOCH,
    says,
    providerCode: 'CODE',
    providerMessage: 'message',
    raw,
    ...rest,
  };
}

/** The same as its topic has it. */
export function topicFormOf(notification: StoredNotification): NotificationRecord {
  const { notificationId, provider, account, merchantId, captureReference, receivedAt, at, says } =
    notification;
  const captured = says.is === 'captured' ? says : null;
  return {
    notificationId,
    provider,
    account,
    merchantId,
    captureReference,
    receivedAt,
    says: says.is,
    at,
    amount: captured?.money?.amount ?? null,
    currency: captured?.money?.currency ?? null,
    requestId: captured?.requestId ?? null,
    providerCaptureId: captured?.providerCaptureId ?? null,
    capturedAt: captured?.capturedAt ?? null,
    category: 'category' in says ? says.category : null,
    providerCode: notification.providerCode,
    providerMessage: notification.providerMessage,
  };
}
