import type pg from 'pg';
import { bigintOf } from './row.js';
import type { Statement } from './session.js';
import { withSession } from './session.js';

const DOING = 'measuring the backlog';

export interface OutboxDepth {
  readonly queued: number;
  /** How long the oldest event has waited, in ms by database time; null if none waits. */
  readonly oldestAgeMs: number | null;
}

/** Queue ids aren't in commit order, but nearly so: the lowest is the oldest to within a transaction's time. */
const OUTBOX_DEPTH: Statement = {
  name: 'outbox_depth',
  text: `
    select count(*) as queued,
      (
        select greatest(0, extract(epoch from clock_timestamp() - o.created_at) * 1000)::bigint
        from outbox o
        where o.id = (select q.event_id from outbox_queue q order by q.queue_id limit 1)
      ) as oldest_age_ms
    from outbox_queue`,
};

/** Events that are committed and not yet published. */
export async function outboxDepth(pool: pg.Pool): Promise<OutboxDepth> {
  const [row] = await withSession(pool, DOING, (session) => session.query(OUTBOX_DEPTH, []));
  if (row === undefined) throw new Error('a count without a group has one row');
  return {
    queued: Number(bigintOf(row, 'queued')),
    oldestAgeMs: row['oldest_age_ms'] === null ? null : Number(bigintOf(row, 'oldest_age_ms')),
  };
}
