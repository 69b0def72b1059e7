import type { LogHeaders } from '../ports/log.js';

/**
 * The trace that a message belongs to, by its W3C `traceparent` header (Trace Context level 1), to be carried on; null if there is no
 * valid one, which then counts as absent. Of several the last is taken, as others do who read Kafka headers by name.
 */
export function traceparentIn(headers: LogHeaders): string | null {
  const header = headers.findLast(([name]) => name.toLowerCase() === 'traceparent');
  return header === undefined ? null : parseTraceparent(Buffer.from(header[1]).toString('latin1'));
}

/**
 * A valid `traceparent` in the form of version 00, or null. A later version is taken for what version 00 knows of it, as the
 * recommendation asks: the trace, the parent, and of the flags the one that says "sampled".
 */
export function parseTraceparent(text: string): string | null {
  const parts = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/.exec(text);
  if (parts === null) return null;
  const [, version = '', trace = '', parent = '', flags = '', more] = parts;
  if (version === 'ff' || /^0+$/.test(trace) || /^0+$/.test(parent)) return null;
  if (version === '00') return more === undefined ? text : null;
  return `00-${trace}-${parent}-0${(Number.parseInt(flags, 16) & 1).toString()}`;
}

export function isTraceparent(text: string): boolean {
  return parseTraceparent(text) === text;
}
