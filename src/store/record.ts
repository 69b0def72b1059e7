import type pg from 'pg';
import type { Capture } from '../capture/capture.js';
import type { Evidence } from '../capture/evidence.js';
import type { Decision } from '../capture/state-machine.js';
import type { EncodedEvent, EventEncoder, Folder, RecordRequest } from '../ports/store.js';
import { captureOf } from './capture-row.js';
import { assertDistinct } from './columns.js';
import { knownEvidence } from './known-evidence.js';
import { lockCaptures } from './lock-captures.js';
import { writeFolds } from './record-write.js';
import type { Row } from './row.js';
import { dateOf } from './row.js';
import { withTransaction } from './session.js';

const DOING = 'recording evidence';

export interface Folding {
  readonly fold: Folder;
  readonly encode: EventEncoder;
}

/** What one request came to. */
export interface Fold {
  readonly decision: Decision;
  readonly event: EncodedEvent | null;
  readonly fresh: readonly Evidence[];
  readonly evidenceCount: number;
  /** The database's time at which it was folded; due times count from it. */
  readonly now: Date;
}

/** See `CaptureStore.record`. Evidence that is known already leaves everything as it is, also the time of the next inquiry. */
export async function record(
  pool: pg.Pool,
  requests: readonly RecordRequest[],
  folding: Folding,
): Promise<readonly (Capture | null)[]> {
  if (requests.length === 0) return [];
  const captureIds = requests.map(({ captureId }) => captureId);
  assertDistinct(captureIds);
  return withTransaction(pool, DOING, async (session) => {
    const rows = await lockCaptures(session, captureIds);
    const known = await knownEvidence(session, [...rows.values()]);
    const folds: Fold[] = [];
    const results = requests.map(({ captureId, pieces }): Capture | null => {
      const row = rows.get(captureId);
      if (row === undefined) return null;
      const folded = foldOne(row, known.get(captureId) ?? [], pieces, folding);
      if (folded === null) return captureOf(row);
      folds.push(folded);
      return folded.decision.capture;
    });
    if (folds.length > 0) await writeFolds(session, folds);
    return results;
  });
}

/** Null if all the pieces were known: nothing is to be written. */
function foldOne(
  row: Row,
  known: readonly Evidence[],
  pieces: readonly Evidence[],
  { fold, encode }: Folding,
): Fold | null {
  const all = new Map(known.map((piece) => [piece.evidenceId, piece]));
  const fresh: Evidence[] = [];
  for (const piece of pieces) {
    if (all.has(piece.evidenceId)) continue;
    all.set(piece.evidenceId, piece);
    fresh.push(piece);
  }
  if (pieces.length > 0 && fresh.length === 0) return null;
  const capture = captureOf(row);
  const now = dateOf(row, 'now');
  const decision = fold(capture, [...all.values()], now);
  assertWritable(capture, decision);
  const event = decision.event && encode(decision.event, capture.traceparent);
  return { decision, event, fresh, evidenceCount: all.size, now };
}

/** What the store relies on and the fold must keep: one event for one step of the sequence, and nothing changed but the status. */
export function assertWritable(before: Capture, { capture, event }: Decision): void {
  const next = event === null ? before.sequence : before.sequence + 1;
  if (capture.sequence !== next || (event !== null && event.sequence !== next)) {
    throw new Error(
      `capture ${before.captureId} was folded from sequence ${String(before.sequence)} with a gap`,
    );
  }
  for (const field of [
    'captureId',
    'account',
    'generation',
    'requestId',
    'body',
    'attempts',
    'leaseUntil',
    'attemptsBefore',
  ] as const) {
    if (capture[field] !== before[field]) {
      throw new Error(
        `the fold of capture ${before.captureId} changed ${field}, which recording doesn't write`,
      );
    }
  }
}
