import type { Capture } from '../../src/capture/capture.js';
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
  const { capture, token, source, start, dueInMs, worker } = request;
  const { captureId, account } = capture;
  if (isKeptOut(session, capture)) return null;
  const planned = asPlanned(capture, now());
  const isPaused = !lacks('pause_unheeded') && tables.pauses.has(account);
  const leaseUntil = start === null || isPaused ? null : new Date(now().getTime() + start.leaseMs);
  const claimed = leaseUntil === null ? planned : started(planned, leaseUntil);
  const onRecord = lacks('attempt_not_with_claim') ? planned : claimed;
  tables.captures.set(captureId, { capture: onRecord, evidence: new Map(), token, source });
  tables.byReference.set(referenceOf(capture), captureId);
  tables.byPayment.set(paymentOf(capture), captureId);
  if (onRecord.leaseUntil !== null) writeAttempt(session, onRecord, worker);
  const dueAt = onRecord.leaseUntil?.getTime() ?? now().getTime() + dueInMs;
  const action = onRecord.leaseUntil === null ? 'send' : 'lapse';
  session.within('schedule_apart', () => {
    tables.schedule.set(captureId, { captureId, account, action, dueAt });
  });
  return claimed;
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
