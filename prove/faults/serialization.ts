import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Grounds } from '../fault.js';
import { END_WORKERS, openIntruder } from '../intruder.js';

const LASTS_MS = 6_000;
/** How long the stranger keeps what it has changed, in ms: whoever works on these rows waits for it, and then meets the change. */
const KEPT_MS = 30;

/** Changes nothing, and is a change. */
const TOUCH = `
  update schedule set due_at = due_at
  where capture_id in (select capture_id from captures where state in ('sending', 'pending'))`;
const FAILURE = 'could not serialize access';

/**
 * The database's default is made `serializable`, and a stranger changes the rows that workers work on, while they do. A session that took the
 * default would be refused with 40001 each time. PostgreSQL's own log tells how many were: the worker's sessions set their own level, read
 * committed, in which a primary refuses nothing so. So that they do is what is shown.
 */
export const serialization: Fault = {
  name: 'serialization',
  attacks: 'nothing that a database has as its default makes rival transactions of workers fail',
  how: 'for 6 s the default is serializable, and a stranger keeps changing rows that workers change',
  inflict: async (grounds) => {
    const { scene, pool, now } = grounds;
    const name = new URL(scene.databaseUrl).pathname.slice(1);
    const before = await failuresLogged(grounds);
    await pool.query(`alter database ${name} set default_transaction_isolation = 'serializable'`);
    try {
      await pool.query(END_WORKERS);
      await touchFor(LASTS_MS, grounds);
    } finally {
      await pool.query(`alter database ${name} reset default_transaction_isolation`);
    }
    await pool.query(END_WORKERS);
    const ended = now();
    const refused = (await failuresLogged(grounds)) - before;
    return { ended, kills: 0, ran: `${String(refused)} statements were refused with 40001` };
  },
};

async function touchFor(ms: number, { scene, signal }: Grounds): Promise<void> {
  const intruder = await openIntruder(scene.databaseUrl);
  const deadline = performance.now() + ms;
  try {
    while (performance.now() < deadline) {
      signal.throwIfAborted();
      await intruder.query('begin isolation level read committed');
      await intruder.query(TOUCH);
      await sleep(KEPT_MS);
      await intruder.query('commit');
    }
  } finally {
    await intruder.close();
  }
}

async function failuresLogged({ stack }: Grounds): Promise<number> {
  const log = await readFile(join(stack.logDir, 'postgres.log'), 'utf8');
  return log.split(FAILURE).length - 1;
}
