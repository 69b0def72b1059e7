import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { usualAccount } from '../accounts.js';
import { TEMPLATE } from '../arena.js';
import type { Contestant } from '../contestant.js';
import { PREFIX } from '../orders.js';
import { startWorker } from '../worker.js';

/** The worker as it is built and configured for production, with a database of the round's own. */
export const captureWorker: Contestant = captureWorkerOn(TEMPLATE);

/** The same, whose database begins as a copy of a template. */
export function captureWorkerOn(template: string): Contestant {
  return {
    name: 'capture-worker',
    start: async (arena, { inFlight, keyed }) => {
      const id = randomBytes(4).toString('hex');
      const database = `bench_${id}`;
      const databaseUrl = await arena.databases.create(
        database,
        template,
        template === TEMPLATE ? 'small' : 'large',
      );
      const prefix = arena.prefixes[keyed];
      const { process, startedAt } = await startWorker(arena, {
        group: `bench-${id}`,
        prefix,
        databaseUrl,
        inFlight,
        accounts: [usualAccount(arena, inFlight)],
      });
      return {
        process,
        startedAt,
        tells: `${prefix}capture.succeeded`,
        stop: () => process.stop(),
        ownBook: () => bookOf(databaseUrl),
        cleanUp: () => arena.databases.drop(database),
      };
    },
  };
}

/** What a worker has on record of the orders of a round, and not of what its database began with. */
export async function bookOf(databaseUrl: string): Promise<{ captured: number; amount: bigint }> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ captured: string; amount: string }>(
      `select count(*) as captured, coalesce(sum(amount), 0) as amount from captures
       where state = 'succeeded' and starts_with(payment_id, $1)`,
      [PREFIX],
    );
    const [row] = rows;
    return { captured: Number(row?.captured), amount: BigInt(row?.amount ?? 0) };
  } finally {
    await client.end();
  }
}
