import { byCaptureId, CAPTURE_COLUMNS } from './capture-row.js';
import { texts } from './columns.js';
import type { Row } from './row.js';
import type { Session, Statement } from './session.js';

/**
 * Locks the captures in the order of their ids, so that no two that lock captures wait for each other, then reads the clock: `now` is later
 * than any change that the lock was waited for. The count tells whether there is evidence to read at all: the row is read as of the lock,
 * while a join of `evidence` here would be read as of the statement's start, and would miss what the previous holder of the lock has just
 * written.
 */
const LOCK: Statement = {
  name: 'lock_captures',
  text: `
    with locked as materialized (
      select ${CAPTURE_COLUMNS}, c.evidence_count
      from captures c
      where c.capture_id = any($1::uuid[])
      order by c.capture_id
      for update
    )
    select locked.*, clock_timestamp() as now from locked`,
};

/**
 * The rows of these captures, with their `evidence_count` and `now`, by id; those that don't exist are missing. Nobody else starts, settles
 * or changes them until the transaction ends.
 */
export async function lockCaptures(
  session: Session,
  captureIds: readonly string[],
): Promise<ReadonlyMap<string, Row>> {
  return byCaptureId(await session.query(LOCK, [texts(captureIds)]));
}
