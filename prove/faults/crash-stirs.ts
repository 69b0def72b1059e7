import { setTimeout as sleep } from 'node:timers/promises';
import { POISON_KINDS } from '../../dev/demo/orders.js';
import type { RunningWorker } from '../../dev/demo/programs.js';
import { trySignal } from '../../dev/watchdog/kill.js';
import { putEarlyNotified } from '../early-notified.js';
import type { Grounds } from '../fault.js';
import { untilUnderWay } from '../under-way.js';

/**
 * What it takes beside the orders for a worker to come to a point. Returns how many others were killed for it; ends, whatever is left of it,
 * when the victim is dead.
 */
export type Stir = (grounds: Grounds, victim: RunningWorker, over: AbortSignal) => Promise<number>;

export function stirOf(point: string): Stir | null {
  switch (point) {
    case 'dead-letter-uncommitted':
      return poison;
    case 'lapse-recorded':
      return leaveLeases;
    case 'parked-joined':
      return putEarlyNotified;
    case 'rebalance-settled':
      return join;
    case 'draining':
    case 'drained-uncommitted':
      return tellToStop;
    default:
      return null;
  }
}

/** Bad messages, on partitions of all workers. */
const poison: Stir = ({ put }) => {
  put(
    [1, 2, 3].flatMap((round) =>
      POISON_KINDS.map((why) => ({ kind: 'poison' as const, why, key: `crash-${why}-${String(round)}` })),
    ),
  );
  return Promise.resolve(0);
};

/** A third worker joins, and stays. */
const join: Stir = async ({ startWorker }) => {
  await startWorker();
  return 0;
};

const tellToStop: Stir = (_grounds, victim) => {
  trySignal(victim.pid, 'SIGTERM');
  return Promise.resolve(0);
};

const UNDER_WAY = 2;
const AGAIN_AFTER_MS = 9_000;

/**
 * Another worker is killed with requests under way, so that its leases run out. Whoever looks first finds them, so it is done again until the
 * victim was first. Nobody is notified: else the outcomes would be known before.
 */
const leaveLeases: Stir = async (grounds, _victim, over) => {
  await grounds.sandbox('notify', { url: null });
  for (let kills = 0; ;) {
    const other = grounds.workers[1];
    if (other === undefined) throw new Error('there is no other worker');
    await untilUnderWay({ ...grounds, signal: over }, other.current().workerId, UNDER_WAY).catch(
      () => undefined,
    );
    if (over.aborted) return kills;
    if (other.isUp() && trySignal(other.current().pid, 'SIGKILL')) kills += 1;
    await sleep(AGAIN_AFTER_MS, undefined, { signal: over }).catch(() => undefined);
  }
};
