import { isUtf8 } from 'node:buffer';
import type { EncodedEvent } from '../ports/store.js';
import type { LogHeaders, LogRecord } from '../ports/log.js';
import { viewOf } from '../bytes.js';
import { CaptureWorkerError } from '../errors.js';
import type { Column } from './columns.js';
import { byteStrings, integers, texts } from './columns.js';
import type { Row } from './row.js';
import { bytesOf, notUnderstood, textOf } from './row.js';

/** The columns that `recordOf` reads, of a table named `o`. */
export const RECORD_COLUMNS = 'o.aggregatetype, o.aggregateid, o.payload, o.headers';

/** The columns of `outbox` but `created_at`: id, topic, key, type, value, capture, sequence, headers. */
export function eventColumns(events: readonly EncodedEvent[]): readonly Column[] {
  return [
    texts(events.map(({ event }) => event.eventId)),
    texts(events.map(({ record }) => record.topic)),
    texts(events.map(({ event, record }) => utf8(record.key, event.eventId, 'key'))),
    texts(events.map(({ event }) => event.type)),
    byteStrings(events.map(({ record }) => record.value)),
    texts(events.map(({ event }) => event.captureId)),
    integers(events.map(({ event }) => event.sequence)),
    texts(events.map(({ event, record }) => headersText(record.headers, event.eventId))),
  ];
}

/** The record as it was encoded, byte for byte. */
export function recordOf(row: Row): LogRecord {
  return {
    topic: textOf(row, 'aggregatetype'),
    key: Buffer.from(textOf(row, 'aggregateid')),
    value: bytesOf(row, 'payload'),
    headers: headersOf(row),
  };
}

function headersText(headers: LogHeaders, eventId: string): string {
  return JSON.stringify(headers.map(([name, value]) => [name, utf8(value, eventId, `header ${name}`)]));
}

function headersOf(row: Row): LogHeaders {
  const { headers } = row;
  if (!Array.isArray(headers)) return notUnderstood(row, 'headers', 'a list');
  return headers.map((header: unknown): readonly [string, Uint8Array] => {
    const [name, value] = Array.isArray(header) ? (header as unknown[]) : [];
    if (typeof name !== 'string' || typeof value !== 'string') return notUnderstood(row, 'headers', 'pairs');
    return [name, Buffer.from(value)];
  });
}

/** Keys and headers of our events are text; what isn't couldn't be given back byte for byte, and is refused. */
function utf8(bytes: Uint8Array | null, eventId: string, what: string): string {
  if (bytes !== null && isUtf8(bytes)) return viewOf(bytes).toString('utf8');
  throw new CaptureWorkerError('STORE_REFUSED_DATA', `the ${what} of event ${eventId} is no UTF-8 text`);
}
