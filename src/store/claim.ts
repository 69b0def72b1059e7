import type pg from 'pg';
import type { Capture } from '../capture/capture.js';
import { attemptIdOf } from '../capture/ids.js';
import { started } from '../capture/state-machine.js';
import type { ClaimRequest, ClaimResult } from '../ports/store.js';
import { byCaptureId } from './capture-row.js';
import { assertDistinct, byteStrings, integers, texts, times } from './columns.js';
import type { Existing } from './find-claimed.js';
import { findClaimed } from './find-claimed.js';
import type { Row } from './row.js';
import { dateOf, dateOrNull } from './row.js';
import type { Session, Statement } from './session.js';
import { withSession } from './session.js';

const DOING = 'claiming captures';

/**
 * The fence. Of all statements that ever insert one claim, in whatever process, one inserts the row; the others wait for it to commit
 * and then insert nothing. A claim has two unique keys, by what the provider captures by and by the payment, and either of them keeps a
 * row out. The attempt and the schedule row hang on the row that was inserted, so they exist for the winner only.
 *
 * Rows are inserted in the order of their ids: two batches that share claims wait for each other in one direction, never in a circle.
 * Orders that name one payment under two references have two ids, and batches with several such pairs can wait in a circle. PostgreSQL
 * then ends one of them after a second (40P01), which is tried again and finds the claims of the other.
 *
 * One that is claimed as assumed gets its attempt under a lease that is over, with the evidence that says so.
 *
 * A capture whose account is paused gets no attempt that is yet to be made, wanted or not. `for key share` is for the lock on the table of pauses, which is held
 * before anything is read: see 0008_account_pauses.sql.
 *
 * The odd `is true` keeps the planner from making a join of it, which without hash joins compares every two rows of a batch.
 */
const CLAIM: Statement = {
  name: 'claim',
  text: `
    with paused as materialized (
      select p.account from account_pauses p where p.account = any($5::text[]) for key share
    ),
    wanted as materialized (
      select *,
        case when assumed_id is null and account = any(array(select account from paused)) then null
          else first_attempt_id end as attempt_id,
        case when assumed_id is null and account = any(array(select account from paused)) then null
          else first_lease_ms end as lease_ms
      from unnest(
        $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
        $8::bigint[], $9::text[], $10::bigint[], $11::timestamptz[], $12::text[],
        $13::text[], $14::text[], $15::integer[], $16::bigint[],
        $17::integer[], $18::text[], $19::bytea[],
        $20::uuid[], $21::bigint[], $22::bigint[], $23::text[], $24::uuid[],
        $25::uuid[], $26::text[]
      ) as t (
        capture_id, provider, merchant_id, capture_reference, account, order_id, payment_id,
        amount, currency, authorised_amount, expires_at, traceparent,
        source_event_id, source_topic, source_partition, source_offset,
        generation, request_id, body,
        first_attempt_id, first_lease_ms, due_in_ms, worker, token,
        assumed_id, assumed_finding
      )
    ),
    claimed as (
      insert into captures (
        capture_id, provider, merchant_id, capture_reference, account, order_id, payment_id,
        amount, currency, authorised_amount, expires_at, traceparent,
        source_event_id, source_topic, source_partition, source_offset,
        generation, request_id, body,
        state, sending_attempt, lease_until, lease_worker, attempts,
        evidence_count, sequence, claim_token, created_at, updated_at
      )
      select
        capture_id, provider, merchant_id, capture_reference, account, order_id, payment_id,
        amount, currency, authorised_amount, expires_at, traceparent,
        source_event_id, source_topic, source_partition, source_offset,
        generation, request_id, body,
        case when attempt_id is null then 'planned' else 'sending' end,
        case when attempt_id is null then null else 1 end,
        now() + lease_ms * interval '1 millisecond',
        case when attempt_id is null then null else worker end,
        case when attempt_id is null then 0 else 1 end,
        case when assumed_id is null then 0 else 1 end, 0, token, now(), now()
      from wanted
      order by capture_id
      on conflict do nothing
      returning capture_id, created_at, lease_until
    ),
    won as (
      select * from wanted where (capture_id in (select capture_id from claimed)) is true
    ),
    attempted as (
      insert into attempts (
        attempt_id, capture_id, kind, number, generation, request_id, worker, lease_until, started_at
      )
      select
        attempt_id, capture_id, 'capture', 1, generation, request_id, worker,
        now() + lease_ms * interval '1 millisecond', now()
      from won
      where attempt_id is not null
    ),
    assumed as (
      insert into evidence (capture_id, evidence_id, kind, attempt, at, finding, recorded_at)
      select capture_id, assumed_id, 'capture_response', 1, now(), assumed_finding, now()
      from won
      where assumed_id is not null
    ),
    scheduled as (
      insert into schedule (capture_id, account, action, due_at)
      select
        capture_id, account,
        case when attempt_id is null then 'send' else 'lapse' end,
        now() + case when assumed_id is null then coalesce(lease_ms, due_in_ms) else due_in_ms end
          * interval '1 millisecond'
      from won
    )
    select capture_id, created_at, lease_until from claimed`,
};

/** See `CaptureStore.claim`. */
export async function claim(
  pool: pg.Pool,
  requests: readonly ClaimRequest[],
): Promise<readonly ClaimResult[]> {
  if (requests.length === 0) return [];
  assertDistinct(requests.map(({ capture }) => capture.captureId));
  return withSession(pool, DOING, async (session) => {
    const inserted = byCaptureId(await session.query(CLAIM, claimColumns(requests)));
    const captures = requests.map(({ capture }) => capture);
    const others = captures.filter(({ captureId }) => !inserted.has(captureId));
    const existing = await findClaimed(session, others);
    return requests.map((request): ClaimResult => {
      const row = inserted.get(request.capture.captureId);
      if (row !== undefined) return { claimed: true, capture: claimedCapture(request, row) };
      const found = existing.get(request.capture.captureId);
      if (found !== undefined) return { claimed: isOurs(found, request), capture: found.capture };
      throw new Error(
        `capture ${request.capture.captureId} was neither claimed nor found: its id stands for another claim`,
      );
    });
  });
}

function claimColumns(requests: readonly ClaimRequest[]): Parameters<Session['query']>[1] {
  const captures = requests.map(({ capture }) => capture);
  return [
    texts(captures.map(({ captureId }) => captureId)),
    texts(captures.map(({ provider }) => provider)),
    texts(captures.map(({ merchantId }) => merchantId)),
    texts(captures.map(({ captureReference }) => captureReference)),
    texts(captures.map(({ account }) => account)),
    texts(captures.map(({ orderId }) => orderId)),
    texts(captures.map(({ paymentId }) => paymentId)),
    integers(captures.map(({ money }) => money.amount)),
    texts(captures.map(({ money }) => money.currency)),
    integers(captures.map(({ authorisedAmount }) => authorisedAmount)),
    times(captures.map(({ expiresAt }) => expiresAt)),
    texts(captures.map(({ traceparent }) => traceparent)),
    texts(requests.map(({ source }) => source.eventId)),
    texts(requests.map(({ source }) => source.topic)),
    integers(requests.map(({ source }) => source.partition)),
    integers(requests.map(({ source }) => source.offset)),
    integers(captures.map(({ generation }) => generation)),
    texts(captures.map(({ requestId }) => requestId)),
    byteStrings(captures.map(({ body }) => body)),
    texts(requests.map((request) => (isPlanned(request) ? null : attemptIdOf(request.capture.captureId, 1)))),
    integers(requests.map(({ start, assumed }) => start?.leaseMs ?? (assumed === undefined ? null : 0))),
    integers(requests.map(({ dueInMs }) => dueInMs)),
    texts(requests.map(({ worker }) => worker)),
    texts(requests.map(({ token }) => token)),
    texts(requests.map(({ assumed }) => assumed?.evidenceId ?? null)),
    texts(requests.map(({ assumed }) => assumed?.finding ?? null)),
  ];
}

function isPlanned({ start, assumed }: ClaimRequest): boolean {
  return start === null && assumed === undefined;
}

/**
 * Whether the claim was made by an earlier try of this request, and nothing has become of it since: an attempt that was started later, as
 * for a capture whose account was paused, has taken the token away.
 */
export function isOurs({ capture, token }: Existing, request: ClaimRequest): boolean {
  if (token !== request.token) return false;
  switch (capture.status.state) {
    case 'planned':
      return capture.attempts === 0;
    case 'sending':
      return capture.attempts === 1 && !isPlanned(request);
    case 'pending':
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return false;
  }
}

function claimedCapture({ capture }: ClaimRequest, row: Row): Capture {
  const claimed = { ...capture, createdAt: dateOf(row, 'created_at') };
  const leaseUntil = dateOrNull(row, 'lease_until');
  return leaseUntil === null ? claimed : started(claimed, leaseUntil);
}
