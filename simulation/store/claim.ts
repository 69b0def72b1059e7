import type { Capture } from '../../src/capture/capture.js';
import type { Evidence } from '../../src/capture/evidence.js';
import { started } from '../../src/capture/state-machine.js';
import type { ClaimRequest, ClaimResult } from '../../src/ports/store.js';
import { isOurs } from '../../src/store/claim.js';
import { assertDistinct } from '../../src/store/columns.js';
import { writeAttempt } from './attempts.js';
import type { Session } from './session.js';
import type { CaptureRow } from './tables.js';

/** See `CaptureStore.claim`. */
export function claim(session: Session, requests: readonly ClaimRequest[]): readonly ClaimResult[] {
  assertDistinct(requests.map(({ capture }) => capture.captureId));
  return session.transaction(() => {
    // In the order of their ids, as PostgreSQL does it: of several that name one payment the first is inserted.
    const sorted = requests.toSorted((one, other) =>
      one.capture.captureId < other.capture.captureId ? -1 : 1,
    );
    const inserted = new Map(
      sorted.flatMap((request) => {
        const capture = insert(session, request);
        return capture === null ? [] : [[capture.captureId, capture]];
      }),
    );
    return requests.map((request): ClaimResult => {
      const capture = inserted.get(request.capture.captureId);
      if (capture !== undefined) return { claimed: true, capture };
      const existing = find(session, request.capture);
      return { claimed: isOurs(existing, request), capture: existing.capture };
    });
  });
}

/** The capture as claimed; null if a claim keeps it out. */
function insert(session: Session, request: ClaimRequest): Capture | null {
  const { tables, now, lacks } = session;
  const { capture, token, source, dueInMs, worker } = request;
  const { captureId, account } = capture;
  if (isKeptOut(session, capture)) return null;
  const planned = asPlanned(capture, now());
  const leaseUntil = leaseOf(session, request);
  const claimed = leaseUntil === null ? planned : started(planned, leaseUntil);
  const onRecord = lacks('attempt_not_with_claim') ? planned : claimed;
  tables.captures.set(captureId, {
    capture: onRecord,
    evidence: assumedEvidence(request, now()),
    token,
    source,
  });
  tables.byReference.set(referenceOf(capture), captureId);
  tables.byPayment.set(paymentOf(capture), captureId);
  if (onRecord.leaseUntil !== null) writeAttempt(session, onRecord, worker);
  const isLeased = onRecord.leaseUntil !== null && request.assumed === undefined;
  const dueAt = isLeased ? onRecord.leaseUntil.getTime() : now().getTime() + dueInMs;
  const action = onRecord.leaseUntil === null ? 'send' : 'lapse';
  session.within('schedule_apart', () => {
    tables.schedule.set(captureId, { captureId, account, action, dueAt });
  });
  return claimed;
}

/** Until when the first attempt may be begun, or could have been if it is assumed; null for one that is to wait. */
function leaseOf({ tables, now, lacks }: Session, { capture, start, assumed }: ClaimRequest): Date | null {
  if (assumed !== undefined) return now();
  const isPaused = !lacks('pause_unheeded') && tables.pauses.has(capture.account);
  return start === null || isPaused ? null : new Date(now().getTime() + start.leaseMs);
}

function assumedEvidence({ assumed }: ClaimRequest, at: Date): ReadonlyMap<string, Evidence> {
  if (assumed === undefined) return new Map();
  const { evidenceId, finding } = assumed;
  const piece: Evidence = {
    evidenceId,
    kind: 'capture_response',
    attempt: 1,
    at,
    finding: { is: finding },
    providerCode: null,
    providerMessage: null,
    raw: null,
  };
  return new Map([[evidenceId, piece]]);
}

function asPlanned(capture: Capture, createdAt: Date): Capture {
  return {
    ...capture,
    orderedAmount: capture.money.amount,
    createdAt,
    status: { state: 'planned' },
    attempts: 0,
    sequence: 0,
    announced: null,
    review: null,
    leaseUntil: null,
    attemptsBefore: 0,
    corrections: 0,
    contradictedAt: null,
  };
}

/** Whether either of the two unique keys, or its id, is another's. */
function isKeptOut({ tables, lacks }: Session, capture: Capture): boolean {
  const { captureId } = capture;
  const ofPayment = tables.byPayment.get(paymentOf(capture));
  if (!lacks('claim_payment_not_unique') && ofPayment !== undefined && ofPayment !== captureId) return true;
  if (lacks('claim_reference_not_unique')) return false;
  return tables.captures.has(captureId) || tables.byReference.has(referenceOf(capture));
}

/** The claim that kept this one out: by its reference, or else by its payment. */
function find({ tables }: Session, capture: Capture): CaptureRow {
  const captureId = tables.byReference.get(referenceOf(capture)) ?? tables.byPayment.get(paymentOf(capture));
  const row = captureId === undefined ? undefined : tables.captures.get(captureId);
  if (row !== undefined) return row;
  throw new Error(
    `capture ${capture.captureId} was neither claimed nor found: its id stands for another claim`,
  );
}

/** NUL can't occur in what is stored, so it can't make two claims look alike. */
function referenceOf({ provider, merchantId, captureReference }: Capture): string {
  return [provider, merchantId, captureReference].join('\0');
}

function paymentOf({ provider, merchantId, paymentId }: Capture): string {
  return [provider, merchantId, paymentId].join('\0');
}
