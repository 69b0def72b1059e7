import { endedBadly } from '../processes.js';
import type { Fault, Grounds } from '../fault.js';
import { untilUnderWay } from '../under-way.js';

/** A worker is told to stop while it works, as at each deploy. */
export const sigterm: Fault = {
  name: 'sigterm',
  attacks: 'a worker that is told to stop finishes what it has begun, and leaves nothing to do again',
  how: 'SIGTERM to a third worker with requests under way',
  inflict: async (grounds) => {
    const third = await grounds.startWorker();
    await untilUnderWay(grounds, third.workerId, 2);
    await third.stop();
    const troubles = [
      ...(await endedBadly('A worker', third)),
      ...(await leftUnderWay(grounds, third.workerId)),
    ];
    return { ended: grounds.now(), kills: 0, troubles };
  },
};

const UNDER_WAY = "select capture_id as id from captures where state = 'sending' and lease_worker = $1";

/** No answer takes longer than the drain, so none may be missing. */
async function leftUnderWay({ pool }: Pick<Grounds, 'pool'>, workerId: string): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string }>(UNDER_WAY, [workerId]);
  return rows.map(({ id }) => `A worker was told to stop, and left capture ${id} under way`);
}
