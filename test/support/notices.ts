import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import type { Notice, NotificationReader, NotificationReading } from '../../src/providers/notification.js';
import type { Posted } from './notification-senders.js';

/** Reads a posted notification as it would arrive. */
export function readPosted(reader: NotificationReader, posted: Posted, now: Date): NotificationReading {
  const { path, headers, body } = posted;
  return reader.read({ method: 'POST', path, headers, body: Buffer.from(body) }, now);
}

/** The notice of a notification that is the provider's and in time. */
export function noticeIn(reading: NotificationReading): Notice {
  assert.ok(reading.is === 'verified', inspect(reading));
  return reading.notice;
}

/** Why a notification was refused, with the reason before it. */
export function refusalIn(reading: NotificationReading): string {
  assert.ok(reading.is === 'refused', inspect(reading));
  return `${reading.reason}: ${reading.because}`;
}
