import type { Attended } from '../../dev/demo/attend.js';
import { waitUntil } from '../../dev/stack/wait-until.js';
import { trySignal } from '../../dev/watchdog/kill.js';
import type { Fault } from '../fault.js';
import { untilUnderWay } from '../under-way.js';

/** kill -9 of every worker at once, as when a machine goes: nobody is left to take over. */
export const killedWorkers: Fault = {
  name: 'killed-workers',
  attacks: 'what all workers had begun is finished after a restart, once',
  how: 'kill -9 of both workers at once, while they have requests under way',
  inflict: async (grounds) => {
    const victims = grounds.workers.map((worker) => worker.current());
    for (const { workerId } of victims) await untilUnderWay(grounds, workerId);
    for (const { pid } of victims)
      if (!trySignal(pid, 'SIGKILL')) throw new Error('a worker to kill was gone already');
    await Promise.all(victims.map(({ ended }) => ended));
    return { ended: grounds.now(), kills: victims.length };
  },
};

/** kill -9 of those that read the events, while they read them. */
export const killedSubscribers: Fault = {
  name: 'killed-subscribers',
  attacks: 'what subscribers do with an event happens once, whenever they die',
  how: 'kill -9 of the ledger and of the service that writes to customers, twice each',
  inflict: async ({ ledger, messenger, now, signal }) => {
    let kills = 0;
    for (const victim of [ledger, messenger, ledger, messenger]) {
      await untilUp(victim, signal);
      const { pid, ended } = victim.current();
      if (!trySignal(pid, 'SIGKILL')) throw new Error('a subscriber to kill was gone already');
      await ended;
      kills += 1;
    }
    return { ended: now(), kills };
  },
};

function untilUp(victim: Attended, signal: AbortSignal): Promise<void> {
  return waitUntil(() => Promise.resolve(victim.isUp()), {
    deadlineMs: 30_000,
    signal,
    onDeadline: () => new Error('a subscriber didn’t come up again'),
  });
}
