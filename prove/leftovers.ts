import type pg from 'pg';
import type { Leftovers } from './facts.js';

/** How long after its time the last look at a due row may be, in ms: the schedule is polled much more often. */
const GRACE_MS = 5_000;

const SENDING = `
  select capture_id as id from captures
  where state = 'sending' and lease_until < now() - $1::int * interval '1 millisecond'`;

const DUE = `
  select capture_id as id from schedule where due_at < now() - $1::int * interval '1 millisecond'`;

/** Whoever holds an advisory lock in this database, by what its connection is called. */
const LOCK_HOLDERS = `
  select distinct a.application_name as id
  from pg_locks l join pg_stat_activity a using (pid)
  where l.locktype = 'advisory' and l.granted and a.datname = current_database()`;

const QUEUED = `
  select (select count(*) from outbox_queue)::int + (select count(*) from notification_queue)::int as queued`;

/** What nobody sees to any more, while the workers of these names run. */
export async function readLeftovers(pool: pg.Pool, workerIds: readonly string[]): Promise<Leftovers> {
  const ids = async (sql: string, values: readonly unknown[]): Promise<readonly string[]> =>
    (await pool.query<{ id: string }>(sql, [...values])).rows.map(({ id }) => id);
  const { rows } = await pool.query<{ queued: number }>(QUEUED);
  const holders = await ids(LOCK_HOLDERS, []);
  return {
    sending: await ids(SENDING, [GRACE_MS]),
    due: await ids(DUE, [GRACE_MS]),
    lockHolders: holders.filter((name) => !workerIds.some((workerId) => name.endsWith(` ${workerId}`))),
    queued: rows[0]?.queued ?? 0,
  };
}
