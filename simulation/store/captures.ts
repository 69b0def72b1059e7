import type { Session } from './session.js';
import type { CaptureRow } from './tables.js';

/** The row of a capture that another table names: it must be there. */
export function rowOf({ tables }: Pick<Session, 'tables'>, captureId: string): CaptureRow {
  const row = tables.captures.get(captureId);
  if (row === undefined) throw new Error(`capture ${captureId} is named and isn't there`);
  return row;
}
