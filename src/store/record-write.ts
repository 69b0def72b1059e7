import type { ScheduledAction } from '../capture/schedule.js';
import type { Decision } from '../capture/state-machine.js';
import { actionFor, byCaptureId, statusColumns } from './capture-row.js';
import { integers, texts, times } from './columns.js';
import { evidenceColumns } from './evidence-row.js';
import { eventColumns } from './event-row.js';
import type { Fold } from './record.js';
import type { Row } from './row.js';
import type { Session, Statement, Value } from './session.js';

const FOLDED = `
    folded as materialized (
      select * from unnest(
        $1::uuid[], $2::text[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::timestamptz[],
        $8::integer[], $9::integer[], $10::text[], $11::text[], $12::integer[], $13::timestamptz[]
      ) as t (
        capture_id, state, sending_attempt, pending_reason, failure_category, provider_capture_id, captured_at,
        evidence_count, sequence, announced, review, corrections, contradicted_at
      )
    )`;

const UPDATE = `
      update captures c
      set state = f.state, sending_attempt = f.sending_attempt, pending_reason = f.pending_reason,
        failure_category = f.failure_category, provider_capture_id = f.provider_capture_id,
        captured_at = f.captured_at, evidence_count = f.evidence_count, sequence = f.sequence,
        announced = f.announced, review = f.review, corrections = f.corrections,
        contradicted_at = f.contradicted_at,
        updated_at = statement_timestamp()`;

const INSERT_EVIDENCE = `
      insert into evidence (
        capture_id, evidence_id, kind, attempt, at, finding, failure_category,
        amount, currency, request_id, provider_capture_id, captured_at,
        provider_code, provider_message, raw, knew, recorded_at
      )
      select t.*, statement_timestamp()
      from unnest(
        $14::uuid[], $15::uuid[], $16::text[], $17::integer[], $18::timestamptz[], $19::text[], $20::text[],
        $21::bigint[], $22::text[], $23::text[], $24::text[], $25::timestamptz[],
        $26::text[], $27::text[], $28::bytea[], $29::json[]
      ) as t (capture_id)`;

const INSERT_EVENTS = `
      insert into outbox (
        id, aggregatetype, aggregateid, type, payload, capture_id, sequence, headers, created_at
      )
      select t.*, statement_timestamp()
      from unnest(
        $30::uuid[], $31::text[], $32::text[], $33::text[], $34::bytea[], $35::uuid[], $36::integer[], $37::json[]
      ) as t (id, aggregatetype, aggregateid, type, payload, capture_id)`;

const QUEUE_EVENTS = `
      insert into outbox_queue (event_id, capture_id) select id, capture_id from published`;

/**
 * All that follows from new evidence, in one statement: so that none of it can be without the rest, and the check that a capture
 * without an outcome is on the schedule sees both sides at once. The captures are locked already.
 *
 * What comes from outside puts no inquiry off, or notifications that keep coming would keep the provider from being asked. What may never
 * be due, since a person must look, is put off all the same.
 */
const WRITE: Statement = {
  name: 'record_write',
  text: `
    with ${FOLDED},
    updated as (
      ${UPDATE} from folded f where c.capture_id = f.capture_id
    ),
    proved as (
      ${INSERT_EVIDENCE}
    ),
    published as (
      ${INSERT_EVENTS}
      returning id, capture_id
    ),
    queued as (
      ${QUEUE_EVENTS}
    ),
    cleared as (
      delete from schedule where capture_id = any($38::uuid[])
    )
    insert into schedule (capture_id, account, action, due_at)
    select * from unnest($39::uuid[], $40::text[], $41::text[], $42::timestamptz[])
    on conflict (capture_id) do update set action = excluded.action, due_at =
      case
        when schedule.capture_id = any($43::uuid[]) and schedule.action = 'inquire' and excluded.action = 'inquire'
          and excluded.due_at < 'infinity'
        then least(schedule.due_at, excluded.due_at)
        else excluded.due_at
      end`,
};

/**
 * The same for captures that an answer ends right after their claim, without a look at them before. Those on which anything is on record
 * since are left alone: the conditions are judged again once the lock is held, on the row as it is then. The lease tells that it is the same
 * claim: a database that was restored without it may hold another one, of another order. Leases are known to the millisecond. Locked in the
 * order of their ids, as everywhere. As in the claim, `is true` keeps the planner from comparing every two rows.
 */
const WRITE_FRESH: Statement = {
  name: 'record_write_fresh',
  text: `
    with ${FOLDED},
    fresh as materialized (
      select c.capture_id
      from unnest($1::uuid[], $38::timestamptz[]) as claimed (capture_id, lease_until)
      join captures c on c.capture_id = claimed.capture_id
      where c.state = 'sending' and c.attempts = 1 and c.evidence_count = 0 and c.sequence = 0 and c.generation = 1
        and date_trunc('milliseconds', c.lease_until) = claimed.lease_until
      order by c.capture_id
      for update of c
    ),
    updated as (
      ${UPDATE} from folded f
      where c.capture_id = f.capture_id and (f.capture_id in (select capture_id from fresh)) is true
    ),
    proved as (
      ${INSERT_EVIDENCE}
      where (capture_id in (select capture_id from fresh)) is true
    ),
    published as (
      ${INSERT_EVENTS}
      where (capture_id in (select capture_id from fresh)) is true
      returning id, capture_id
    ),
    queued as (
      ${QUEUE_EVENTS}
    ),
    cleared as (
      delete from schedule where capture_id = any(array(select capture_id from fresh))
    )
    select capture_id from fresh`,
};

/** Writes what was folded: captures, evidence, events and the schedule. */
export async function writeFolds(session: Session, folds: readonly Fold[]): Promise<void> {
  await session.query(WRITE, [...foldColumns(folds), ...scheduleColumns(folds)]);
}

/** What was folded into a capture as its claim left it, under that lease. */
export interface FreshFold extends Fold {
  readonly leaseUntil: Date;
}

/** Writes what ends captures that are as their claim left them, and returns which these were. */
export async function writeFreshFolds(
  session: Session,
  folds: readonly FreshFold[],
): Promise<ReadonlyMap<string, Row>> {
  const leases = times(folds.map(({ leaseUntil }) => leaseUntil));
  return byCaptureId(await session.query(WRITE_FRESH, [...foldColumns(folds), leases]));
}

/** $1 to $37. */
function foldColumns(folds: readonly Fold[]): Value[] {
  return [
    ...captureColumns(folds),
    ...evidenceColumns(
      folds.flatMap(({ decision, fresh }) =>
        fresh.map((piece) => ({ captureId: decision.capture.captureId, piece })),
      ),
    ),
    ...eventColumns(folds.flatMap(({ event }) => event ?? [])),
  ];
}

function captureColumns(folds: readonly Fold[]): Value[] {
  const captures = folds.map(({ decision }) => decision.capture);
  const statuses = captures.map(({ status }) => statusColumns(status));
  return [
    texts(captures.map(({ captureId }) => captureId)),
    texts(statuses.map(({ state }) => state)),
    integers(statuses.map(({ sendingAttempt }) => sendingAttempt)),
    texts(statuses.map(({ pendingReason }) => pendingReason)),
    texts(statuses.map(({ failureCategory }) => failureCategory)),
    texts(statuses.map(({ providerCaptureId }) => providerCaptureId)),
    times(statuses.map(({ capturedAt }) => capturedAt)),
    integers(folds.map(({ evidenceCount }) => evidenceCount)),
    integers(captures.map(({ sequence }) => sequence)),
    texts(captures.map(({ announced }) => announced)),
    texts(captures.map(({ review }) => review)),
    integers(captures.map(({ corrections }) => corrections)),
    times(captures.map(({ contradictedAt }) => contradictedAt)),
  ];
}

export interface ScheduleRow {
  readonly captureId: string;
  readonly account: string;
  readonly action: ScheduledAction;
  readonly dueAt: Date | 'infinity';
}

/** The one place where a fold's schedule becomes rows. */
function scheduleColumns(folds: readonly Fold[]): Value[] {
  const cleared = folds.filter(({ decision }) => decision.schedule.change === 'clear');
  const notified = folds.filter(isNotified);
  const rows = folds.flatMap(({ decision, now }) => scheduleRow(decision, now) ?? []);
  return [
    texts(cleared.map(({ decision }) => decision.capture.captureId)),
    texts(rows.map(({ captureId }) => captureId)),
    texts(rows.map(({ account }) => account)),
    texts(rows.map(({ action }) => action)),
    times(rows.map(({ dueAt }) => dueAt)),
    texts(notified.map(({ decision }) => decision.capture.captureId)),
  ];
}

/** Whether notifications, and nothing else, caused it. */
export function isNotified({ fresh }: Fold): boolean {
  return fresh.length > 0 && fresh.every(({ kind }) => kind === 'notification');
}

/** The row to write, or null where it stays as it is or goes. A parked row keeps the action that its state calls for, due never. */
export function scheduleRow({ capture, schedule }: Decision, now: Date): ScheduleRow | null {
  const { captureId, account } = capture;
  switch (schedule.change) {
    case 'keep':
    case 'clear':
      return null;
    case 'park': {
      const action = actionFor(capture);
      return action === null ? null : { captureId, account, action, dueAt: 'infinity' };
    }
    case 'set': {
      const dueAt = new Date(now.getTime() + schedule.dueInMs);
      return { captureId, account, action: schedule.action, dueAt };
    }
  }
}
