import { setTimeout as sleep } from 'node:timers/promises';
import type { Grounds } from './fault.js';

const UNDER_WAY = "select count(*)::int as count from captures where state = 'sending' and lease_worker = $1";

const LOOK_EVERY_MS = 20;

/** Waits until a worker has at least so many captures under way. What strikes it then leaves something behind. */
export async function untilUnderWay(
  { pool, signal }: Pick<Grounds, 'pool' | 'signal'>,
  workerId: string,
  least = 1,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const { rows } = await pool.query<{ count: number }>(UNDER_WAY, [workerId]);
    if ((rows[0]?.count ?? 0) >= least) return;
    await sleep(LOOK_EVERY_MS);
  }
}
