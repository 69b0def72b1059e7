import type pg from 'pg';
import { sequenceAfterLoss } from '../capture/assumption.js';
import type { Capture } from '../capture/capture.js';
import type { Evidence } from '../capture/evidence.js';
import type { Decision } from '../capture/state-machine.js';
import type { EncodedEvent, EventEncoder, Folder, FreshClaim, RecordRequest } from '../ports/store.js';
import { captureOf } from './capture-row.js';
import { assertDistinct } from './columns.js';
import { knownEvidence } from './known-evidence.js';
import { lockCaptures } from './lock-captures.js';
import type { FreshFold } from './record-write.js';
import { writeFolds, writeFreshFolds } from './record-write.js';
import { dateOf } from './row.js';
import { withSession, withTransaction } from './session.js';

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
  assertDistinct(requests.map(({ captureId }) => captureId));
  const settled = await settleFresh(pool, requests, folding);
  if (settled.size === 0) return recordLocked(pool, requests, folding);
  const others = requests.filter(({ captureId }) => !settled.has(captureId));
  const recorded = others.length === 0 ? [] : await recordLocked(pool, others, folding);
  const results = new Map<string, Capture | null>(settled);
  for (const [index, { captureId }] of others.entries()) results.set(captureId, recorded[index] ?? null);
  return requests.map(({ captureId }) => results.get(captureId) ?? null);
}

/**
 * Settles captures whose first answer this is, and ends them: in one statement, without reading them first. What has changed since its
 * claim is left as it is, and is not among the results; so is what an answer doesn't end.
 */
async function settleFresh(
  pool: pg.Pool,
  requests: readonly RecordRequest[],
  folding: Folding,
): Promise<ReadonlyMap<string, Capture>> {
  const folds = requests.flatMap(({ captureId, pieces, fresh }) =>
    fresh === undefined ? [] : (foldFresh(captureId, pieces, fresh, folding) ?? []),
  );
  if (folds.length === 0) return new Map();
  const written = await withSession(pool, DOING, (session) => writeFreshFolds(session, folds));
  return new Map(
    folds
      .map(({ decision: { capture } }) => [capture.captureId, capture] as const)
      .filter(([captureId]) => written.has(captureId)),
  );
}

/** Null for what isn't ended by it: more follows from that than the one statement writes. */
export function foldFresh(
  captureId: string,
  pieces: readonly Evidence[],
  { capture, now }: FreshClaim,
  folding: Folding,
): FreshFold | null {
  const { leaseUntil } = capture;
  if (capture.captureId !== captureId)
    throw new Error(`evidence of capture ${captureId} came with the claim of capture ${capture.captureId}`);
  const folded = foldNew({ capture, known: [], now }, pieces, folding);
  if (folded?.decision.schedule.change !== 'clear' || leaseUntil === null) return null;
  return { ...folded, leaseUntil };
}

async function recordLocked(
  pool: pg.Pool,
  requests: readonly RecordRequest[],
  folding: Folding,
): Promise<readonly (Capture | null)[]> {
  const captureIds = requests.map(({ captureId }) => captureId);
  return withTransaction(pool, DOING, async (session) => {
    const rows = await lockCaptures(session, captureIds);
    const known = await knownEvidence(session, [...rows.values()]);
    const folds: Fold[] = [];
    const results = requests.map(({ captureId, pieces }): Capture | null => {
      const row = rows.get(captureId);
      if (row === undefined) return null;
      const capture = captureOf(row);
      const standing = { capture, known: known.get(captureId) ?? [], now: dateOf(row, 'now') };
      const folded = foldNew(standing, pieces, folding);
      if (folded === null) return capture;
      folds.push(folded);
      return folded.decision.capture;
    });
    if (folds.length > 0) await writeFolds(session, folds);
    return results;
  });
}

export interface Standing {
  readonly capture: Capture;
  readonly known: readonly Evidence[];
  readonly now: Date;
}

/** Null if all the pieces were known: nothing is to be written. */
export function foldNew(
  { capture, known, now }: Standing,
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
  const decision = fold(capture, [...all.values()], now);
  assertWritable(capture, decision, [...all.values()]);
  const event = decision.event && encode(decision.event, capture.traceparent);
  return { decision, event, fresh, evidenceCount: all.size, now };
}

/**
 * What the store relies on and the fold must keep: one event for one step of the sequence, or for the step over what a restored database has
 * forgotten, and nothing changed but the status.
 */
export function assertWritable(
  before: Capture,
  { capture, event }: Decision,
  evidence: readonly Evidence[],
): void {
  const next = event === null ? [before.sequence] : [before.sequence + 1, sequenceAfterLoss(evidence)];
  const isNext = next.includes(capture.sequence) && capture.sequence >= before.sequence;
  if (!isNext || (event !== null && event.sequence !== capture.sequence)) {
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
