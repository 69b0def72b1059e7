import type { CaptureEvent } from '../../src/capture/events.js';
import { EVENT_TYPES } from '../../src/capture/events.js';
import type { OrderFulfilled } from '../../src/capture/order.js';
import { isRejection, reject } from '../../src/capture/rejection.js';
import type { Rejection } from '../../src/capture/rejection.js';
import type { StoredNotification } from '../../src/ports/notification.js';
import type { NotificationRecord } from '../../src/ports/notification-store.js';
import type { EncodedEvent } from '../../src/ports/store.js';
import type { LogRecord } from '../../src/ports/log.js';

/** Values as JSON text, with what JSON has no word for told by a letter: the registry and Avro play no part here. */
export function encodeValue(value: unknown): Uint8Array {
  return Buffer.from(
    JSON.stringify(value, function (this: Record<string, unknown>, key, plain: unknown) {
      const member = this[key];
      if (typeof member === 'bigint') return `n${member.toString()}`;
      if (member instanceof Date) return `d${member.toISOString()}`;
      return typeof plain === 'string' ? `s${plain}` : plain;
    }),
  );
}

/** What `encodeValue` was given, but for maps. Throws for anything else. */
export function decodeValue(value: Uint8Array): unknown {
  return JSON.parse(Buffer.from(value).toString('utf8'), (_, member: unknown) => {
    if (typeof member !== 'string') return member;
    const text = member.slice(1);
    switch (member[0]) {
      case 'n':
        return BigInt(text);
      case 'd':
        return new Date(text);
      case undefined:
      default:
        return text;
    }
  });
}

export function encodeOrder(order: OrderFulfilled): LogRecord {
  return {
    topic: 'order.fulfilled',
    key: Buffer.from(order.paymentId),
    value: encodeValue({ ...order, references: Object.fromEntries(order.references) }),
    headers: [],
  };
}

export function decodeOrder(value: Uint8Array | null): OrderFulfilled | Rejection {
  const decoded = parsed(value);
  if (isRejection(decoded)) return decoded;
  const order = decoded as Omit<OrderFulfilled, 'references'> & { references: Record<string, string> };
  return { ...order, references: new Map(Object.entries(order.references)) };
}

export function encodeEvent(event: CaptureEvent): EncodedEvent {
  const { type, paymentId } = event;
  return {
    event,
    record: { topic: type, key: Buffer.from(paymentId), value: encodeValue(event), headers: [] },
  };
}

/** An event as it was written, which only workers do here. */
export function decodeEvent(value: Uint8Array | null): CaptureEvent | Rejection {
  const decoded = parsed(value);
  if (isRejection(decoded)) return decoded;
  const event = decoded as CaptureEvent;
  if (!EVENT_TYPES.includes(event.type)) throw new Error('an event of no known type');
  return event;
}

/** Notifications travel by their id alone: what they say is looked up. */
export function encodeNotification(record: NotificationRecord): LogRecord {
  return {
    topic: 'capture.notification',
    key: Buffer.from(record.captureReference),
    value: encodeValue({ notificationId: record.notificationId }),
    headers: [],
  };
}

export function decodeNotification(
  value: Uint8Array | null,
  find: (notificationId: string) => StoredNotification | undefined,
): StoredNotification | Rejection {
  const decoded = parsed(value);
  if (isRejection(decoded)) return decoded;
  const { notificationId } = decoded as Pick<NotificationRecord, 'notificationId'>;
  const found = find(notificationId);
  if (found === undefined) throw new Error(`nobody sent notification ${notificationId}`);
  return { ...found, raw: null };
}

function parsed(value: Uint8Array | null): object {
  try {
    const decoded = decodeValue(value ?? new Uint8Array());
    if (typeof decoded === 'object' && decoded !== null) return decoded;
  } catch {
    // Said below.
  }
  return reject('undecodable', 'value', 'is no value of this topic', 'find out who wrote it');
}
