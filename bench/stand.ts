import { randomBytes } from 'node:crypto';
import type { AccountSettings } from './accounts.js';
import type { Arena } from './arena.js';
import { TEMPLATE } from './arena.js';
import { bookOf } from './contestants/capture-worker.js';
import type { ProviderCounts } from './provider-process.js';
import type { BenchWorker } from './worker.js';
import { startWorker } from './worker.js';

/** A database and a group of a measurement's own, and the workers on them. */
export interface Stand {
  readonly group: string;
  readonly databaseUrl: string;
  /** Starts one more worker of the group. */
  start(): Promise<BenchWorker>;
  /** Captures that the workers have on record and the wallet hasn't, or the other way around. To be asked when the workers have ended. */
  disagreement(counts: ProviderCounts): Promise<number>;
  /** Ends what still runs, and removes the database. */
  close(): Promise<void>;
}

export interface StandSettings {
  readonly prefix: string;
  readonly inFlight: number;
  readonly accounts: readonly AccountSettings[];
}

export async function openStand(arena: Arena, settings: StandSettings): Promise<Stand> {
  const id = randomBytes(4).toString('hex');
  const [database, group] = [`bench_${id}`, `bench-${id}`];
  const databaseUrl = await arena.databases.create(database, TEMPLATE);
  const workers: BenchWorker[] = [];
  return {
    group,
    databaseUrl,
    start: async () => {
      const worker = await startWorker(arena, { group, databaseUrl, ...settings });
      workers.push(worker);
      return worker;
    },
    disagreement: async ({ captured, amount }) => {
      const book = await bookOf(databaseUrl);
      if (book.captured === captured && book.amount === amount) return 0;
      return Math.max(1, Math.abs(book.captured - captured));
    },
    close: async () => {
      await Promise.all(workers.map(({ process }) => process.stop('SIGKILL')));
      await arena.databases.drop(database);
    },
  };
}
