import { setTimeout as sleep } from 'node:timers/promises';
import { trySignal } from '../../dev/watchdog/kill.js';
import type { CrashPoint } from '../crash/points.js';
import { CRASH_POINTS } from '../crash/points.js';
import { crashVariables } from '../crash/settings.js';
import type { Fault } from '../fault.js';
import { HEAP } from '../settings.js';
import type { Stir } from './crash-stirs.js';
import { stirOf } from './crash-stirs.js';

/** How long a worker may take to come to its point before the run has shown nothing, in ms. */
const REACHED_WITHIN_MS = 30_000;

/** kill -9 of a worker at each point, by its own hand: so it dies there and nowhere else. */
export const CRASHES: readonly Fault[] = CRASH_POINTS.map((point) => crashAt(point, stirOf(point.name)));

function crashAt({ name, moment, within }: CrashPoint, stir: Stir | null): Fault {
  return {
    name: `crash-${name}`,
    attacks: 'a crash at any point captures nothing twice and loses nothing',
    how: `kill -9 of a worker when ${moment}`,
    recovery: 'takeover',
    workers: [
      {
        settings: (random) => {
          const arrival = 1 + Math.floor(random() * within);
          return crashVariables({ crash: { point: name, arrival }, skewMs: null }, HEAP);
        },
      },
      {},
    ],
    inflict: async (grounds) => {
      const { workers, signal, now } = grounds;
      const victim = workers[0]?.current();
      if (victim === undefined || !trySignal(victim.pid, 'SIGUSR2'))
        throw new Error('there is no worker to kill');
      const gone = new AbortController();
      const over = AbortSignal.any([gone.signal, signal]);
      const stirring = stir === null ? Promise.resolve(0) : stir(grounds, victim, over);
      try {
        const how = await Promise.race([victim.ended, inVain(over), failureOf(stirring)]);
        if (how !== 'SIGKILL') throw new Error(`the worker never came to ${name} (${how})`);
      } finally {
        gone.abort();
      }
      const ended = now();
      return { ended, kills: 1 + (await stirring) };
    },
  };
}

async function inVain(over: AbortSignal): Promise<string> {
  return sleep(REACHED_WITHIN_MS, 'nothing happened', { signal: over });
}

/** Rejects if it fails, and else never ends the wait. */
async function failureOf(stirring: Promise<number>): Promise<never> {
  await stirring;
  return new Promise(() => undefined);
}
