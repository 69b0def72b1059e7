import type pg from 'pg';
import type { Capture } from '../capture/capture.js';
import { attemptIdOf } from '../capture/ids.js';
import { mayStart, started } from '../capture/state-machine.js';
import type { StartRequest } from '../ports/store.js';
import { CAPTURE_COLUMNS, captureOf } from './capture-row.js';
import { assertDistinct, integers, texts } from './columns.js';
import type { Session, Statement } from './session.js';
import { withTransaction } from './session.js';

const DOING = 'starting attempts';

/** Locks in the order of ids, as all that lock captures do: so that no two of them wait for each other. */
const LOCK: Statement = {
  name: 'start_lock',
  text: `
    select ${CAPTURE_COLUMNS}
    from captures c
    where c.capture_id = any($1::uuid[])
    order by c.capture_id
    for update`,
};

const START: Statement = {
  name: 'start',
  text: `
    with starting as materialized (
      select * from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::bigint[], $5::text[])
        as t (capture_id, attempt_id, number, lease_ms, worker)
    ),
    sending as (
      update captures c
      set state = 'sending', sending_attempt = s.number, attempts = s.number,
        lease_until = now() + s.lease_ms * interval '1 millisecond', lease_worker = s.worker,
        pending_reason = null, failure_category = null, updated_at = clock_timestamp()
      from starting s
      where c.capture_id = s.capture_id
      returning c.capture_id, c.account, c.generation, c.request_id, c.lease_until, c.updated_at,
        s.attempt_id, s.number, s.worker
    ),
    attempted as (
      insert into attempts (
        attempt_id, capture_id, kind, number, generation, request_id, worker, lease_until, started_at
      )
      select attempt_id, capture_id, 'capture', number, generation, request_id, worker, lease_until, updated_at
      from sending
    )
    insert into schedule (capture_id, account, action, due_at)
    select capture_id, account, 'lapse', lease_until
    from sending
    on conflict (capture_id) do update set action = excluded.action, due_at = excluded.due_at`,
};

/** See `CaptureStore.start`. */
export async function start(
  pool: pg.Pool,
  requests: readonly StartRequest[],
): Promise<readonly (Capture | null)[]> {
  if (requests.length === 0) return [];
  const captureIds = requests.map(({ captureId }) => captureId);
  assertDistinct(captureIds);
  return withTransaction(pool, DOING, async (session) => {
    const rows = await session.query(LOCK, [texts(captureIds)]);
    const begun = new Map(
      rows
        .map(captureOf)
        .filter(mayStart)
        .map((capture) => [capture.captureId, started(capture)]),
    );
    if (begun.size > 0) await writeStarts(session, requests, begun);
    return captureIds.map((captureId) => begun.get(captureId) ?? null);
  });
}

async function writeStarts(
  session: Session,
  requests: readonly StartRequest[],
  begun: ReadonlyMap<string, Capture>,
): Promise<void> {
  const starting = requests.flatMap((request) => {
    const capture = begun.get(request.captureId);
    return capture === undefined ? [] : [{ ...request, number: capture.attempts }];
  });
  await session.query(START, [
    texts(starting.map(({ captureId }) => captureId)),
    texts(starting.map(({ captureId, number }) => attemptIdOf(captureId, number))),
    integers(starting.map(({ number }) => number)),
    integers(starting.map(({ leaseMs }) => leaseMs)),
    texts(starting.map(({ worker }) => worker)),
  ]);
}
