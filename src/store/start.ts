import type pg from 'pg';
import type { Capture } from '../capture/capture.js';
import { attemptIdOf } from '../capture/ids.js';
import type { Licence } from '../capture/licence.js';
import { nextGeneration, started } from '../capture/state-machine.js';
import type { Licensor, StartRequest } from '../ports/store.js';
import { captureOf } from './capture-row.js';
import { assertDistinct, byteStrings, integers, texts, times } from './columns.js';
import { knownEvidence } from './known-evidence.js';
import { lockCaptures } from './lock-captures.js';
import { pausedAmong } from './paused-among.js';
import { dateOf, textOf } from './row.js';
import type { Session, Statement } from './session.js';
import { withTransaction } from './session.js';

const DOING = 'starting attempts';

/** What is started here isn't its claim's to send any more: the claim's token goes, so that a repetition of the claim doesn't take it for its own. */
const START: Statement = {
  name: 'start',
  text: `
    with starting as materialized (
      select * from unnest(
        $1::uuid[], $2::uuid[], $3::integer[], $4::timestamptz[], $5::text[],
        $6::integer[], $7::text[], $8::bytea[], $9::integer[]
      ) as t (
        capture_id, attempt_id, number, lease_until, worker, generation, request_id, body, attempts_before
      )
    ),
    sending as (
      update captures c
      set state = 'sending', sending_attempt = s.number, attempts = s.number,
        lease_until = s.lease_until, lease_worker = s.worker,
        generation = s.generation, request_id = s.request_id, attempts_before = s.attempts_before,
        body = coalesce(s.body, c.body), claim_token = s.attempt_id,
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
  licenceOf: Licensor,
): Promise<readonly (Capture | null)[]> {
  if (requests.length === 0) return [];
  const captureIds = requests.map(({ captureId }) => captureId);
  assertDistinct(captureIds);
  return withTransaction(pool, DOING, async (session) => {
    const rows = await lockCaptures(session, captureIds);
    const known = await knownEvidence(session, [...rows.values()]);
    const paused = await pausedAmong(
      session,
      [...rows.values()].map((row) => textOf(row, 'account')),
    );
    const starts = requests.flatMap((request): Start[] => {
      const row = rows.get(request.captureId);
      if (row === undefined) return [];
      const [capture, now] = [captureOf(row), dateOf(row, 'now')];
      if (paused.has(capture.account)) return [];
      const licence = licenceOf(capture, known.get(request.captureId) ?? [], now);
      if (licence === null) return [];
      const leaseUntil = new Date(now.getTime() + request.leaseMs);
      return [{ request, licence, capture: started(underLicence(capture, licence), leaseUntil), leaseUntil }];
    });
    if (starts.length > 0) await writeStarts(session, starts);
    const begun = new Map(starts.map(({ capture }) => [capture.captureId, capture]));
    return captureIds.map((captureId) => begun.get(captureId) ?? null);
  });
}

interface Start {
  readonly request: StartRequest;
  readonly licence: Licence;
  /** As started. */
  readonly capture: Capture;
  readonly leaseUntil: Date;
}

export function underLicence(capture: Capture, licence: Licence): Capture {
  return licence === 'next_generation' ? nextGeneration(capture) : capture;
}

async function writeStarts(session: Session, starts: readonly Start[]): Promise<void> {
  const captures = starts.map(({ capture }) => capture);
  await session.query(START, [
    texts(captures.map(({ captureId }) => captureId)),
    texts(captures.map(({ captureId, attempts }) => attemptIdOf(captureId, attempts))),
    integers(captures.map(({ attempts }) => attempts)),
    times(starts.map(({ leaseUntil }) => leaseUntil)),
    texts(starts.map(({ request }) => request.worker)),
    integers(captures.map(({ generation }) => generation)),
    texts(captures.map(({ requestId }) => requestId)),
    // Written only when it changes: it is the largest column.
    byteStrings(starts.map(({ licence, capture }) => (licence === 'next_generation' ? capture.body : null))),
    integers(captures.map(({ attemptsBefore }) => attemptsBefore)),
  ]);
}
