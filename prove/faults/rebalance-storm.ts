import type { Fault } from '../fault.js';
import { endedBadly } from '../processes.js';

const ROUNDS = 3;

/** The group is rebalanced again and again, by a worker that comes and goes. */
export const rebalanceStorm: Fault = {
  name: 'rebalance-storm',
  attacks: 'partitions that move do nothing twice and lose nothing',
  how: `a third worker joins and leaves ${String(ROUNDS)} times`,
  inflict: async ({ startWorker, now }) => {
    const troubles: string[] = [];
    for (let round = 1; round <= ROUNDS; round += 1) {
      const third = await startWorker();
      await third.stop();
      troubles.push(...(await endedBadly('The third worker', third)));
    }
    return { ended: now(), kills: 0, troubles };
  },
};
