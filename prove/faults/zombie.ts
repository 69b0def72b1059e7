import { setTimeout as sleep } from 'node:timers/promises';
import { trySignal } from '../../dev/watchdog/kill.js';
import type { Fault } from '../fault.js';
import { untilUnderWay } from '../under-way.js';

/** Longer than its session (5 s) and than any lease (7 s): when it wakes, others have its partitions and may have its captures. */
const STOPPED_MS = 9_000;

/** A worker that stands still and then goes on where it was, as a paused machine does. It is the one that publishes. */
export const zombie: Fault = {
  name: 'zombie',
  attacks: 'a worker that wakes up after others took over does nothing twice',
  how: 'SIGSTOP of the worker that publishes, with requests under way, past its session and its leases; then SIGCONT',
  inflict: async (grounds) => {
    const victim = grounds.workers[0]?.current();
    if (victim === undefined) throw new Error('there is no worker to stop');
    await untilUnderWay(grounds, victim.workerId, 2);
    if (!trySignal(victim.pid, 'SIGSTOP')) throw new Error('the worker to stop was gone');
    try {
      await sleep(STOPPED_MS, undefined, { signal: grounds.signal });
    } finally {
      trySignal(victim.pid, 'SIGCONT');
    }
    return { ended: grounds.now(), kills: 0 };
  },
};
