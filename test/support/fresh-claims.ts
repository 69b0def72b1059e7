import assert from 'node:assert/strict';
import type pg from 'pg';
import type { Capture } from '../../src/capture/capture.js';
import type { Evidence } from '../../src/capture/evidence.js';
import type { CaptureStore, ClaimRequest, Folder, FreshClaim, RecordRequest } from '../../src/ports/store.js';
import type { Row } from '../../src/store/row.js';
import { EPOCH } from './captures.js';
import { claimOf, rowsOf, testFold } from './store.js';

/** The moment at which all is folded: so that events are the same byte for byte, whenever they were made. */
export const FOLDED_AT = new Date(EPOCH.getTime() + 1_000);

/** The real rules, as if no time passed. */
export const timelessFold: Folder = (capture, evidence) => testFold(capture, evidence, FOLDED_AT);

/** Claims it and starts its first attempt: the capture as whoever claimed it knows it. */
export async function freshlyClaimed(
  store: CaptureStore,
  capture: Capture,
  change: Partial<ClaimRequest> = {},
): Promise<Capture> {
  const [claim] = await store.claim([claimOf(capture, change)]);
  assert.ok(claim?.claimed === true);
  return claim.capture;
}

/** What whoever claimed a capture has recorded, without having it read again. */
export function freshRequest(capture: Capture, ...pieces: Evidence[]): RecordRequest {
  return { captureId: capture.captureId, pieces, fresh: freshClaim(capture) };
}

export function freshClaim(capture: Capture): FreshClaim {
  return { capture, now: FOLDED_AT };
}

/** The same as if nobody knew the claim. */
export function withoutClaim({ captureId, pieces }: RecordRequest): RecordRequest {
  return { captureId, pieces };
}

/**
 * All rows of a capture in every table, but for the times at which the database wrote them, the claim's token and the place in the queue.
 */
export async function everythingOf(pool: pg.Pool, captureIds: readonly string[]): Promise<readonly Row[]> {
  return rowsOf(pool, EVERYTHING, [captureIds]);
}

const EVERYTHING = `
  select
    to_jsonb(c) - '{created_at,updated_at,lease_until,claim_token}'::text[] as capture,
    to_jsonb(s) - 'due_at' as schedule, s.due_at = 'infinity' as parked,
    (select jsonb_agg(to_jsonb(a) - '{started_at,lease_until}'::text[] order by a.number)
     from attempts a where a.capture_id = c.capture_id) as attempts,
    (select jsonb_agg(to_jsonb(e) - 'recorded_at' order by e.evidence_id)
     from evidence e where e.capture_id = c.capture_id) as evidence,
    (select jsonb_agg(to_jsonb(o) - 'created_at' order by o.sequence)
     from outbox o where o.capture_id = c.capture_id) as events,
    (select jsonb_agg(q.event_id order by q.queue_id)
     from outbox_queue q where q.capture_id = c.capture_id) as queue
  from captures c left join schedule s using (capture_id)
  where c.capture_id = any($1)
  order by c.capture_id`;
