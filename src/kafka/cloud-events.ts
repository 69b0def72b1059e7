import type { LogHeaders } from '../ports/log.js';

/** What CloudEvents calls the context of an event. */
export interface EventContext {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  readonly time: Date;
  readonly traceparent: string | null;
}

const SPEC_VERSION = Buffer.from('1.0');
const AVRO = Buffer.from('application/avro');
/** Sources and types, which are this program's own and few. */
const known = new Map<string, Buffer>();

function wellKnown(text: string): Buffer {
  const bytes = known.get(text) ?? Buffer.from(text);
  known.set(text, bytes);
  return bytes;
}

/**
 * The headers of a message by the Kafka binding of CloudEvents 1.0 in binary mode: attributes as `ce_` headers in UTF-8, the content
 * type without prefix, the event's data alone as the value. The order is fixed: the same event has the same headers byte for byte.
 * The values are not to be written to: those that are the same for all events are shared.
 */
export function cloudEventHeaders(context: EventContext): LogHeaders {
  const headers: [string, Uint8Array][] = [
    ['ce_specversion', SPEC_VERSION],
    ['ce_id', Buffer.from(context.id)],
    ['ce_source', wellKnown(context.source)],
    ['ce_type', wellKnown(context.type)],
    ['ce_subject', Buffer.from(context.subject)],
    ['ce_time', Buffer.from(context.time.toISOString())],
    ['content-type', AVRO],
  ];
  if (context.traceparent !== null) headers.push(['traceparent', Buffer.from(context.traceparent)]);
  return headers;
}
