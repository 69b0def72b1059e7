import type pg from 'pg';

/** An attempt that was begun, and whose answer no process ever recorded; and when its capture had an outcome. */
const HELD = `
  select min(o.created_at) as settled_at
  from attempts a
  join outbox o on o.capture_id = a.capture_id and o.type in ('capture.succeeded', 'capture.failed')
  where a.kind = 'capture' and not exists (
    select from evidence e
    where e.capture_id = a.capture_id and e.kind = 'capture_response' and e.attempt = a.number and e.finding <> 'lapsed'
  )
  group by a.capture_id`;

/**
 * How long after the fault's end each capture had an outcome whose answer was lost with a process, in ms. That isn't the recovery of the
 * rest: such a capture waits for a notification, or until its lease is over and its provider is sure to tell the truth.
 */
export async function readHeld(pool: pg.Pool, endedMs: number): Promise<readonly number[]> {
  const { rows } = await pool.query<{ settled_at: Date }>(HELD);
  return rows.map(({ settled_at: settledAt }) => Math.max(0, settledAt.getTime() - endedMs));
}
