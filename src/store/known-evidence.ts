import type { Evidence } from '../capture/evidence.js';
import { texts } from './columns.js';
import { EVIDENCE_COLUMNS, evidenceOf } from './evidence-row.js';
import type { Row } from './row.js';
import { integerOf, textOf } from './row.js';
import type { Session, Statement } from './session.js';

/** A statement of its own after the lock, so that it sees all that was written under the lock before. */
const EVIDENCE: Statement = {
  name: 'record_evidence',
  text: `select ${EVIDENCE_COLUMNS} from evidence e where e.capture_id = any($1::uuid[])`,
};

/**
 * All evidence of captures that this transaction has locked, by capture. `rows` have their `capture_id` and `evidence_count`. Throws if
 * any of it is missing: what is judged without it could cost money.
 */
export async function knownEvidence(
  session: Session,
  rows: readonly Row[],
): Promise<ReadonlyMap<string, readonly Evidence[]>> {
  const known = new Map<string, Evidence[]>();
  const counts = new Map(rows.map((row) => [textOf(row, 'capture_id'), integerOf(row, 'evidence_count')]));
  const withEvidence = [...counts].filter(([, count]) => count > 0).map(([captureId]) => captureId);
  if (withEvidence.length === 0) return known;
  for (const row of await session.query(EVIDENCE, [texts(withEvidence)])) {
    const captureId = textOf(row, 'capture_id');
    const pieces = known.get(captureId) ?? [];
    pieces.push(evidenceOf(row));
    known.set(captureId, pieces);
  }
  for (const captureId of withEvidence) {
    const found = known.get(captureId)?.length ?? 0;
    const counted = counts.get(captureId) ?? 0;
    if (found !== counted) {
      throw new Error(
        `capture ${captureId} counts ${String(counted)} pieces of evidence and has ${String(found)}: restore what is missing`,
      );
    }
  }
  return known;
}
