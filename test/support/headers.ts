import type { LogHeaders } from '../../src/ports/log.js';

/** The text of a header; of several of the name the last. Empty if there is none. */
export function headerOf(headers: LogHeaders, name: string): string {
  const found = headers.findLast((header) => header[0] === name);
  return Buffer.from(found?.[1] ?? []).toString();
}
