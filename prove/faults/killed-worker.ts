import { trySignal } from '../../dev/watchdog/kill.js';
import type { Fault } from '../fault.js';
import { untilUnderWay } from '../under-way.js';

/** kill -9 of the worker that publishes, in the middle of its work. A supervisor starts another in its place. */
export const killedWorker: Fault = {
  name: 'killed-worker',
  attacks: 'what a dead worker had begun is finished by others, once',
  how: 'kill -9 of the worker that publishes, while it has requests under way',
  recovery: 'takeover',
  inflict: async (grounds) => {
    const victim = grounds.workers[0]?.current();
    if (victim === undefined) throw new Error('there is no worker to kill');
    await untilUnderWay(grounds, victim.workerId);
    if (!trySignal(victim.pid, 'SIGKILL')) throw new Error('the worker to kill was gone already');
    await victim.ended;
    return { ended: grounds.now(), kills: 1 };
  },
};
