import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Capture } from '../../src/capture/capture.js';
import type { Evidence, EvidenceKind, Finding } from '../../src/capture/evidence.js';
import type { CaptureEvent } from '../../src/capture/events.js';
import { captureIdOf, evidenceIdOf, requestIdOf } from '../../src/capture/ids.js';
import { licenceOf } from '../../src/capture/licence.js';
import { fold } from '../../src/capture/state-machine.js';
import type { NotificationEncoder } from '../../src/ports/notification-store.js';
import type { CaptureStore, ClaimRequest, EncodedEvent, Folder, Licensor } from '../../src/ports/store.js';
import { createCaptureStore } from '../../src/store/capture-store.js';
import type { Row } from '../../src/store/row.js';
import { aCapture, EPOCH, POLICY } from './captures.js';

/** The real rules, with the jitter fixed. */
export const testFold: Folder = (capture, evidence, now) =>
  fold({ capture, evidence, now, random: 0.5 }, POLICY);

/** The real rules. */
export const testLicence: Licensor = (capture, evidence, now) => licenceOf(capture, evidence, now, POLICY);

/** An encoding that a test can read: JSON, bigints as text. */
export function testEncode(event: CaptureEvent, traceparent: string): EncodedEvent {
  const value = JSON.stringify(event, (_key, part: unknown) =>
    typeof part === 'bigint' ? part.toString() : part,
  );
  return {
    event,
    record: {
      topic: event.type,
      key: Buffer.from(event.paymentId),
      value: Buffer.from(value),
      headers: [
        ['ce_id', Buffer.from(event.eventId)],
        ['traceparent', Buffer.from(traceparent)],
      ],
    },
  };
}

/** The same of notifications, as their topic has them. */
export const notificationEncoding: NotificationEncoder = (notification) => ({
  topic: 'capture.notification',
  key: Buffer.from(notification.captureReference),
  value: Buffer.from(
    JSON.stringify(notification, (_key, part: unknown) =>
      typeof part === 'bigint' ? part.toString() : part,
    ),
  ),
  headers: [],
});

export function testStore(pool: pg.Pool, change: { readonly fold?: Folder } = {}): CaptureStore {
  return createCaptureStore({
    pool,
    fold: change.fold ?? testFold,
    licenceOf: testLicence,
    encode: testEncode,
  });
}

/** A capture of its own: everything that a capture derives from its reference is derived from this one. */
export function captureOfPayment(paymentId: string, change: Partial<Capture> = {}): Capture {
  const { provider, merchantId } = aCapture();
  const captureId = captureIdOf({ provider, merchantId, captureReference: paymentId });
  return aCapture({
    captureReference: paymentId,
    paymentId,
    orderId: `order-of-${paymentId}`,
    captureId,
    requestId: requestIdOf(change.captureId ?? captureId, 1),
    ...change,
  });
}

/** `count` captures whose payments are named after `prefix`. */
export function captures(prefix: string, count: number): readonly Capture[] {
  return Array.from({ length: count }, (_, index) => captureOfPayment(`${prefix}-${String(index)}`));
}

/** A claim that starts the first attempt under a lease of a minute, unless changed. */
export function claimOf(capture: Capture, change: Partial<ClaimRequest> = {}): ClaimRequest {
  return {
    token: randomUUID(),
    capture,
    source: { eventId: `event-of-${capture.paymentId}`, topic: 'order.fulfilled', partition: 3, offset: 41n },
    start: { leaseMs: 60_000 },
    dueInMs: 0,
    worker: 'worker-1',
    ...change,
  };
}

export interface PieceOptions {
  readonly kind?: EvidenceKind;
  readonly attempt?: number | null;
  readonly label?: string;
}

/** A piece of evidence of a capture; answers attempt 1 unless told otherwise. */
export function pieceOf(
  captureId: string,
  finding: Finding,
  { kind = 'capture_response', attempt = 1, label = 'answer' }: PieceOptions = {},
): Evidence {
  return {
    evidenceId: evidenceIdOf(captureId, `${kind}:${String(attempt)}:${label}`),
    kind,
    attempt,
    at: EPOCH,
    finding,
    providerCode: 'CODE',
    providerMessage: 'message',
    raw: Buffer.from('{}'),
  };
}

/** The money moved, but not the amount that was asked for: a person must look. */
export const CAPTURED_WRONGLY: Finding = {
  is: 'captured',
  money: { amount: 1n, currency: 'IQD' },
  requestId: null,
  providerCaptureId: null,
  capturedAt: null,
};

/** The rows of a query, for looking behind the store's back. */
export async function rowsOf(
  pool: pg.Pool,
  sql: string,
  values: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const { rows } = await pool.query<Row>(sql, [...values]);
  return rows;
}

/** The one number that a query of one row and one column gives. */
export async function numberOf(pool: pg.Pool, sql: string, values: readonly unknown[] = []): Promise<number> {
  const [row] = await rowsOf(pool, sql, values);
  return Number(Object.values(row ?? {})[0]);
}

/** How many sessions of the pool's database wait for a lock. */
export async function waiting(pool: pg.Pool): Promise<number> {
  return numberOf(
    pool,
    "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  );
}

/** Captures whose schedule row isn't what their state calls for. There must never be one, unless an operator asks about an outcome. */
export const MISSCHEDULED = `
  select count(*)
  from captures c full join schedule s using (capture_id)
  where s.action is distinct from
    case
      when c.state = 'planned' then 'send'
      when c.state = 'sending' then 'lapse'
      when c.state = 'pending' or c.contradicted_at is not null then 'inquire'
    end`;

/** Captures whose events aren't numbered from 1 to the capture's own sequence without a gap. There must never be one. */
export const GAPS = `
  select count(*)
  from (
    select c.capture_id
    from captures c left join outbox o using (capture_id)
    group by c.capture_id
    having c.sequence <> count(o.sequence) or c.sequence <> coalesce(max(o.sequence), 0)
  ) as gaps`;
