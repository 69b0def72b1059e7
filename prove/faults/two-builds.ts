import { setTimeout as sleep } from 'node:timers/promises';
import { earlierBuild } from '../earlier-build.js';
import type { Fault, Grounds } from '../fault.js';

/** What each of the two must have done before they have shown anything. */
const ATTEMPTS_EACH = 20;

/** Two versions of the worker at once, as during every deploy. */
export const twoBuilds: Fault = {
  name: 'two-builds',
  attacks: 'two versions of the worker, side by side, do nothing twice and lose nothing',
  how: 'the first worker is this build, the second one an earlier one',
  workers: [{}, { build: earlierBuild }],
  inflict: async (grounds) => {
    const { says } = await earlierBuild(grounds.signal);
    for (const worker of grounds.workers) await untilAttempted(grounds, worker.current().workerId);
    return { ended: grounds.now(), kills: 0, ran: says };
  },
};

const ATTEMPTS = 'select count(*)::int as count from attempts where worker = $1';

async function untilAttempted({ pool, signal }: Grounds, workerId: string): Promise<void> {
  for (;;) {
    const { rows } = await pool.query<{ count: number }>(ATTEMPTS, [workerId]);
    if ((rows[0]?.count ?? 0) >= ATTEMPTS_EACH) return;
    await sleep(100, undefined, { signal });
  }
}
