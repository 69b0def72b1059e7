import { setTimeout as sleep } from 'node:timers/promises';
import { trySignal } from '../../dev/watchdog/kill.js';
import { crashVariables } from '../crash/settings.js';
import type { Fault } from '../fault.js';
import { HEAP } from '../settings.js';

const MINUTE_MS = 60_000;
/** Several leases, back-offs and quiet periods. */
const WRONG_FOR_MS = 8_000;

/**
 * One of two workers has a wrong clock from its start. What decides is the database's time, and durations are measured by a clock that
 * doesn't jump; providers refuse requests that are dated too wrongly, until the other worker sends them, or the clock is right again.
 */
function skewed(minutes: number): Fault {
  const sign = minutes > 0 ? 'ahead' : 'behind';
  return {
    name: `clock-${sign}`,
    attacks: 'no decision about money depends on a worker’s clock',
    how: `one worker’s clock is ${String(Math.abs(minutes))} minutes ${sign}, and is then set right`,
    workers: [{ settings: () => crashVariables({ crash: null, skewMs: minutes * MINUTE_MS }, HEAP) }, {}],
    inflict: async ({ workers, now, signal }) => {
      await sleep(WRONG_FOR_MS, undefined, { signal });
      const wrong = workers[0]?.current();
      if (wrong === undefined || !trySignal(wrong.pid, 'SIGUSR2')) throw new Error('the worker was gone');
      return { ended: now(), kills: 0 };
    },
  };
}

export const CLOCK_SKEWS: readonly Fault[] = [skewed(5), skewed(-5)];
