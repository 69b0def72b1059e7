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

/**
 * The headers of a message by the Kafka binding of CloudEvents 1.0 in binary mode: attributes as `ce_` headers in UTF-8, the content
 * type without prefix, the event's data alone as the value. The order is fixed: the same event has the same headers byte for byte.
 */
export function cloudEventHeaders(context: EventContext): LogHeaders {
  const headers: [string, string][] = [
    ['ce_specversion', '1.0'],
    ['ce_id', context.id],
    ['ce_source', context.source],
    ['ce_type', context.type],
    ['ce_subject', context.subject],
    ['ce_time', context.time.toISOString()],
    ['content-type', 'application/avro'],
  ];
  if (context.traceparent !== null) headers.push(['traceparent', context.traceparent]);
  return headers.map(([name, value]) => [name, Buffer.from(value, 'utf8')]);
}
