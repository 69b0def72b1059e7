import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Grounds } from '../fault.js';
import type { Intruder } from '../intruder.js';
import { openIntruder, sqlstateOf } from '../intruder.js';

/** So many sessions of workers must have been ended as a deadlock's victim. */
const ENOUGH = 3;
const WITHIN_MS = 25_000;
const LOOK_EVERY_MS = 5;
/** How long the last of a batch is held before the others, so that what is to be recorded gathers behind it. */
const GATHER_MS = 300;
/** How long a worker is waited for that runs into the lock. */
const BLOCKED_WITHIN_MS = 700;

const UNDER_WAY =
  "select capture_id as id from captures where state = 'sending' order by capture_id desc limit 20";
const LOCK = 'select from captures where capture_id = $1 for update';
const BLOCKED = 'select count(*)::int as count from pg_stat_activity where $1 = any(pg_blocking_pids(pid))';
const DEADLOCKS = 'select deadlocks::int as count from pg_stat_database where datname = current_database()';
const DEADLOCK = '40P01';

/**
 * Workers lock captures in the order of their ids. A stranger locks the last of those under way, waits until a worker that has locked others
 * waits for it, and then locks those others, the last first: each waits for the other, and PostgreSQL ends one of them. The worker has waited
 * for longer, so mostly it is the one.
 */
export const deadlocks: Fault = {
  name: 'deadlocks',
  attacks: 'a batch that PostgreSQL ends for a deadlock is written again, whole and once',
  how: 'a stranger locks captures under way in the other order, until three transactions of workers were ended as deadlocked',
  inflict: async (grounds) => {
    const { scene, pool, now, signal } = grounds;
    const before = await counted(pool);
    const intruder = await openIntruder(scene.databaseUrl);
    let own = 0;
    const deadline = performance.now() + WITHIN_MS;
    const ofWorkers = async (): Promise<number> => (await counted(pool)) - before - own;
    try {
      while ((await ofWorkers()) < ENOUGH && performance.now() < deadline) {
        signal.throwIfAborted();
        if (await cross(intruder, pool)) own += 1;
      }
    } finally {
      await intruder.close();
    }
    const ended = now();
    // Sessions tell the statistics of themselves, now and then.
    await sleep(1_000);
    const victims = await ofWorkers();
    if (victims < 1) throw new Error('no transaction of a worker was deadlocked');
    return { ended, kills: 0, ran: `${String(victims)} deadlocks ended transactions of workers` };
  },
};

/** Whether the intruder itself was ended for it. */
async function cross(intruder: Intruder, pool: Grounds['pool']): Promise<boolean> {
  const rows = await intruder.query<{ id: string }>(UNDER_WAY);
  const [last, ...others] = rows.map(({ id }) => id);
  if (last === undefined || others.length === 0) {
    await sleep(LOOK_EVERY_MS);
    return false;
  }
  await intruder.query('begin');
  try {
    await intruder.query(LOCK, [last]);
    await sleep(GATHER_MS);
    if (await isWaitedFor(intruder.pid, pool)) for (const id of others) await intruder.query(LOCK, [id]);
    await intruder.query('rollback');
    return false;
  } catch (error) {
    await intruder.query('rollback');
    if (sqlstateOf(error) !== DEADLOCK) throw error;
    return true;
  }
}

async function isWaitedFor(pid: number, pool: Grounds['pool']): Promise<boolean> {
  const deadline = performance.now() + BLOCKED_WITHIN_MS;
  while (performance.now() < deadline) {
    const { rows } = await pool.query<{ count: number }>(BLOCKED, [pid]);
    if ((rows[0]?.count ?? 0) > 0) return true;
    await sleep(LOOK_EVERY_MS);
  }
  return false;
}

async function counted(pool: Grounds['pool']): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(DEADLOCKS);
  return rows[0]?.count ?? 0;
}
