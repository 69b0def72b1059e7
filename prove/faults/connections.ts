import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Fault } from '../fault.js';
import { END_WORKERS, openIntruder, sqlstateOf } from '../intruder.js';

const LASTS_MS = 5_000;
const TOO_MANY = '53300';
/** More than any server of a test gives. */
const MOST = 2_000;

/** Every connection that the server gives is taken by a stranger, the workers' own first. */
const connectionsTaken: Fault = {
  name: 'connections-taken',
  attacks: 'a worker without a connection waits for one, and neither loses nor repeats what it had begun',
  how: 'the workers’ connections are ended and all that the server gives are taken, for 5 s',
  inflict: async ({ scene, pool, now, signal }) => {
    const taken: pg.Client[] = [];
    try {
      await pool.query(END_WORKERS);
      while (taken.length < MOST && (await takeOne(scene.databaseUrl, taken))) signal.throwIfAborted();
      if (taken.length === MOST) throw new Error('the server gives connections without end');
      await sleep(LASTS_MS, undefined, { signal });
    } finally {
      await Promise.all(taken.map((client) => client.end()));
    }
    return { ended: now(), kills: 0, ran: `${String(taken.length)} connections were taken` };
  },
};

async function takeOne(connectionString: string, taken: pg.Client[]): Promise<boolean> {
  const client = new pg.Client({ connectionString, application_name: 'prove taker' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    taken.push(client);
    return true;
  } catch (error) {
    if (sqlstateOf(error) === TOO_MANY) return false;
    throw error;
  }
}

/** Whatever connection a worker has soon waits for the table, until it has none left. */
const poolExhausted: Fault = {
  name: 'pool-exhausted',
  attacks: 'a worker whose connections all wait gives up none of its work, and nobody’s lease for its own',
  how: 'the table of captures is locked for 6 s, so that each connection of each worker’s pool waits for it',
  inflict: async ({ scene, now, signal }) => {
    const intruder = await openIntruder(scene.databaseUrl);
    try {
      await intruder.query('begin');
      await intruder.query('lock table captures in access exclusive mode');
      await sleep(6_000, undefined, { signal });
      await intruder.query('rollback');
    } finally {
      await intruder.close();
    }
    return { ended: now(), kills: 0 };
  },
};

export const CONNECTIONS: readonly Fault[] = [connectionsTaken, poolExhausted];
