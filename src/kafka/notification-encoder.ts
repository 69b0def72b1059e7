import { captureIdOf, traceparentOf } from '../capture/ids.js';
import type { NotificationEncoder } from '../ports/notification-store.js';
import { cloudEventHeaders } from './cloud-events.js';
import { checkAmounts, encodeValue } from './avro/encoding.js';
import { EVENT_SOURCE } from './event-encoder.js';
import type { RegisteredContracts } from './schema-registry.js';

/**
 * Encodes notifications for their topic: synchronous, and the same bytes for the same notification. The subject is the id that the capture
 * has, or will have. Throws AMOUNT_OUT_OF_RANGE for an amount that 64 bits can't hold; no row has one.
 */
export function notificationEncoder(contracts: RegisteredContracts): NotificationEncoder {
  const contract = contracts['capture.notification'];
  return (notification) => {
    const { notificationId, captureReference, receivedAt, amount } = notification;
    const captureId = captureIdOf(notification);
    checkAmounts({ amount });
    return {
      topic: contract.topic,
      key: Buffer.from(captureReference, 'utf8'),
      value: encodeValue(contract, notification),
      headers: cloudEventHeaders({
        id: notificationId,
        type: 'capture.notification.v1',
        source: EVENT_SOURCE,
        subject: captureId,
        time: receivedAt,
        traceparent: traceparentOf(captureId),
      }),
    };
  };
}
