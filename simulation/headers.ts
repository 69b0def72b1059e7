import type { LogMessage } from '../src/ports/log.js';

/** The last header of a name, as text; empty if there is none. */
export function headerOf({ headers }: LogMessage, name: string): string {
  const value = headers.findLast(([of]) => of === name)?.[1];
  return value === undefined ? '' : Buffer.from(value).toString('utf8');
}
