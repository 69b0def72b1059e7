import type pg from 'pg';
import type { Standing } from '../capture/operator.js';
import { CAPTURE_COLUMNS, captureOf } from './capture-row.js';
import { knownEvidence } from './known-evidence.js';
import { lockCaptures } from './lock-captures.js';
import type { Row } from './row.js';
import { dateOf } from './row.js';
import type { Session, Statement } from './session.js';
import { BEGIN_SNAPSHOT, withTransaction } from './session.js';

const LOOK: Statement = {
  name: 'operator_look',
  text: `
    select ${CAPTURE_COLUMNS}, c.evidence_count, clock_timestamp() as now
    from captures c where c.capture_id = $1::uuid`,
};

/** A capture and all that is known of it, as of one moment; null if there is none with this id (a UUID). */
export async function standingOf(pool: pg.Pool, captureId: string): Promise<Standing | null> {
  const look = async (session: Session): Promise<Standing | null> =>
    standingIn(session, (await session.query(LOOK, [captureId]))[0]);
  return withTransaction(pool, 'reading a capture', look, BEGIN_SNAPSHOT);
}

/** The same, locked until the transaction ends: nobody else starts, settles or changes it meanwhile. */
export async function lockedStanding(session: Session, captureId: string): Promise<Standing | null> {
  return standingIn(session, (await lockCaptures(session, [captureId])).get(captureId));
}

async function standingIn(session: Session, row: Row | undefined): Promise<Standing | null> {
  if (row === undefined) return null;
  const capture = captureOf(row);
  const known = await knownEvidence(session, [row]);
  return { capture, evidence: known.get(capture.captureId) ?? [], now: dateOf(row, 'now') };
}
