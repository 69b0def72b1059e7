import type pg from 'pg';
import type { Assumption } from '../capture/assumption.js';
import { assumedAttempt } from '../capture/assumption.js';
import type { Capture } from '../capture/capture.js';
import { isFinal } from '../capture/capture.js';
import { attemptIdOf } from '../capture/ids.js';
import { captureOf } from './capture-row.js';
import { integers, texts, times } from './columns.js';
import { knownEvidence } from './known-evidence.js';
import { lockCaptures } from './lock-captures.js';
import { dateOf, textOf } from './row.js';
import type { Session, Statement } from './session.js';
import { withTransaction } from './session.js';

const DOING = 'distrusting restored captures';

/** A page of the captures without an outcome: those, and contradicted ones, have a row in the schedule. */
const PAGE: Statement = {
  name: 'distrust_page',
  text: `
    select s.capture_id from schedule s
    where s.capture_id > $1::uuid
    order by s.capture_id
    limit $2`,
};

/**
 * Their next attempt, or the one under way, is on record as made, under a lease that is over, and nothing is known to have come of it. It is
 * left for the lapse, which is due soon: whoever calls this folds it before, unless they die.
 */
const ASSUME: Statement = {
  name: 'distrust_assume',
  text: `
    with assuming as materialized (
      select * from unnest(
        $1::uuid[], $2::uuid[], $3::integer[], $4::timestamptz[], $5::uuid[], $6::text[], $7::timestamptz[]
      ) as t (capture_id, attempt_id, number, lease_until, evidence_id, finding, at)
    ),
    sending as (
      update captures c
      set state = 'sending', sending_attempt = a.number, attempts = a.number,
        lease_until = a.lease_until, lease_worker = $8, claim_token = a.attempt_id,
        pending_reason = null, evidence_count = c.evidence_count + 1, updated_at = clock_timestamp()
      from assuming a
      where c.capture_id = a.capture_id
      returning c.capture_id, c.account, c.generation, c.request_id, c.lease_until, a.attempt_id, a.number, a.at
    ),
    attempted as (
      insert into attempts (
        attempt_id, capture_id, kind, number, generation, request_id, worker, lease_until, started_at
      )
      select attempt_id, capture_id, 'capture', number, generation, request_id, $8, lease_until, at
      from sending
      on conflict do nothing
    ),
    proved as (
      insert into evidence (capture_id, evidence_id, kind, attempt, at, finding, recorded_at)
      select capture_id, evidence_id, 'capture_response', number, at, finding, at from assuming
    )
    insert into schedule (capture_id, account, action, due_at)
    select capture_id, account, 'lapse', at + $9::bigint * interval '1 millisecond' from sending
    on conflict (capture_id) do update set action = excluded.action, due_at = excluded.due_at`,
};

export interface DistrustRequest {
  /** The last capture of the page before; null for the first page. */
  readonly after: string | null;
  readonly limit: number;
  readonly assumptionFor: (capture: Capture) => Assumption;
  readonly worker: string;
  /** How long whoever asks has to fold them, in ms. */
  readonly lapseInMs: number;
}

export interface Distrusted {
  /** Those whose last attempt is assumed now, and wait to be folded. */
  readonly captureIds: readonly string[];
  /** Where the next page begins; null if this was the last. */
  readonly next: string | null;
}

const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/**
 * Assumes, for a page of the captures without an outcome, that they were sent in a span that the database has forgotten. Those of which that
 * is assumed already, for the same restoration, are left as they are, whoever did it and whatever has become of them since.
 */
export async function distrust(
  pool: pg.Pool,
  { after, limit, assumptionFor, worker, lapseInMs }: DistrustRequest,
): Promise<Distrusted> {
  return withTransaction(pool, DOING, async (session) => {
    const page = await session.query(PAGE, [after ?? BEFORE_ALL, limit]);
    const captureIds = page.map((row) => textOf(row, 'capture_id'));
    const rows = await lockCaptures(session, captureIds);
    const known = await knownEvidence(session, [...rows.values()]);
    const assuming = [...rows].flatMap(([captureId, row]): Assuming[] => {
      const capture = captureOf(row);
      const assumption = assumptionFor(capture);
      const isKnown = known.get(captureId)?.some(({ evidenceId }) => evidenceId === assumption.evidenceId);
      if (isFinal(capture.status) || isKnown === true) return [];
      return [{ capture, assumption, now: dateOf(row, 'now') }];
    });
    if (assuming.length > 0) await assume(session, assuming, { worker, lapseInMs });
    return {
      captureIds: assuming.map(({ capture }) => capture.captureId),
      next: captureIds.length < limit ? null : (captureIds.at(-1) ?? null),
    };
  });
}

interface Assuming {
  readonly capture: Capture;
  readonly assumption: Assumption;
  readonly now: Date;
}

async function assume(
  session: Session,
  assuming: readonly Assuming[],
  { worker, lapseInMs }: Pick<DistrustRequest, 'worker' | 'lapseInMs'>,
): Promise<void> {
  const captures = assuming.map(({ capture }) => capture);
  await session.query(ASSUME, [
    texts(captures.map(({ captureId }) => captureId)),
    texts(captures.map((capture) => attemptIdOf(capture.captureId, assumedAttempt(capture)))),
    integers(captures.map(assumedAttempt)),
    times(assuming.map(({ capture, now }) => leaseOver(capture, now))),
    texts(assuming.map(({ assumption }) => assumption.evidenceId)),
    texts(assuming.map(({ assumption }) => assumption.finding)),
    times(assuming.map(({ now }) => now)),
    worker,
    lapseInMs,
  ]);
}

/** Now, or later if the last lease that is known ends later: a request may have been begun until then. */
function leaseOver({ leaseUntil }: Capture, now: Date): Date {
  return leaseUntil !== null && leaseUntil > now ? leaseUntil : now;
}
