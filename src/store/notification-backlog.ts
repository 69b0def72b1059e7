import type pg from 'pg';
import { bigintOf } from './row.js';
import type { Statement } from './session.js';
import { withSession } from './session.js';

export interface NotificationBacklog {
  /** Stored and not yet on their topic. */
  readonly queued: number;
  /** Waiting for a capture. */
  readonly parked: number;
  /** How long the oldest of these has waited, in ms by database time; null if none waits. */
  readonly oldestParkedAgeMs: number | null;
}

const BACKLOG: Statement = {
  name: 'notification_backlog',
  text: `
    select (select count(*) from notification_queue) as queued, count(*) as parked,
      greatest(0, extract(epoch from clock_timestamp() - min(parked_at)) * 1000)::bigint as oldest_parked_age_ms
    from parked_notifications`,
};

/** Notifications that aren't where they belong yet. */
export async function notificationBacklog(pool: pg.Pool): Promise<NotificationBacklog> {
  const [row] = await withSession(pool, 'measuring the backlog of notifications', (session) =>
    session.query(BACKLOG, []),
  );
  if (row === undefined) throw new Error('a count without a group has one row');
  const parked = Number(bigintOf(row, 'parked'));
  return {
    queued: Number(bigintOf(row, 'queued')),
    parked,
    oldestParkedAgeMs: parked === 0 ? null : Number(bigintOf(row, 'oldest_parked_age_ms')),
  };
}
