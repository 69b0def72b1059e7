import type { Capture } from '../../src/capture/capture.js';
import type { Evidence } from '../../src/capture/evidence.js';
import type { RecordRequest } from '../../src/ports/store.js';
import { assertDistinct } from '../../src/store/columns.js';
import { foldFresh, foldNew } from '../../src/store/record.js';
import type { Session } from './session.js';
import { writeFold } from './write.js';

/** See `CaptureStore.record`. What is fresh is written by a transaction of its own, before the others. */
export function record(session: Session, requests: readonly RecordRequest[]): readonly (Capture | null)[] {
  assertDistinct(requests.map(({ captureId }) => captureId));
  const counted = session.lacks('evidence_needs_lease')
    ? requests.map((request) => withoutLate(session, request))
    : requests;
  const settled = new Map(
    session
      .transaction(() => counted.flatMap((request) => settleFresh(session, request) ?? []))
      .map((capture) => [capture.captureId, capture]),
  );
  return session.transaction(() =>
    counted.map((request) => settled.get(request.captureId) ?? recordOne(session, request)),
  );
}

/** Ends a capture that is as its claim left it; null if this doesn't end it, or if anything is on record since. */
function settleFresh(session: Session, { captureId, pieces, fresh }: RecordRequest): Capture | null {
  const { tables, lacks } = session;
  const folded = fresh === undefined ? null : foldFresh(captureId, pieces, fresh, session);
  const row = tables.captures.get(captureId);
  if (folded === null || row === undefined) return null;
  const { capture, evidence } = row;
  const isAsClaimed =
    capture.status.state === 'sending' &&
    capture.attempts === 1 &&
    evidence.size === 0 &&
    capture.sequence === 0 &&
    capture.generation === 1 &&
    capture.leaseUntil?.getTime() === folded.leaseUntil.getTime();
  if (!isAsClaimed && !lacks('fresh_unchecked')) return null;
  writeFold(session, folded);
  return folded.decision.capture;
}

function recordOne(session: Session, { captureId, pieces }: RecordRequest): Capture | null {
  const row = session.tables.captures.get(captureId);
  if (row === undefined) return null;
  const standing = { capture: row.capture, known: [...row.evidence.values()], now: session.now() };
  const folded = foldNew(standing, pieces, session);
  if (folded === null) return row.capture;
  writeFold(session, folded);
  return folded.decision.capture;
}

function withoutLate({ tables, now }: Session, request: RecordRequest): RecordRequest {
  const leaseUntil = tables.captures.get(request.captureId)?.capture.leaseUntil;
  if (leaseUntil === null || leaseUntil === undefined || leaseUntil > now()) return request;
  const isLate = ({ kind, finding }: Evidence): boolean =>
    kind === 'capture_response' && finding.is !== 'lapsed';
  return { ...request, pieces: request.pieces.filter((piece) => !isLate(piece)) };
}
