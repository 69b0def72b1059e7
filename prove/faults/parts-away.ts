import { setTimeout as sleep } from 'node:timers/promises';
import type { PartName } from '../../dev/stack/progress.js';
import { trySignal } from '../../dev/watchdog/kill.js';
import type { Fault } from '../fault.js';

interface Away {
  readonly name: string;
  readonly attacks: string;
  readonly how: string;
  readonly part: PartName;
  readonly crash: boolean;
  readonly forMs: number;
}

const NOTHING_LOST = 'what can be neither read nor written meanwhile is done afterwards, once';
const SHORT_MS = 5_000;
const LONG_MS = 60_000;

const AWAYS: readonly Away[] = [
  {
    name: 'broker-restart',
    attacks: NOTHING_LOST,
    how: 'the broker is stopped in order and started again',
    part: 'kafka',
    crash: false,
    forMs: 0,
  },
  {
    name: 'broker-crash',
    attacks: NOTHING_LOST,
    how: 'kill -9 of the broker; it comes back after 5 s',
    part: 'kafka',
    crash: true,
    forMs: SHORT_MS,
  },
  {
    name: 'broker-away',
    attacks: NOTHING_LOST,
    how: 'the broker is away for 60 s',
    part: 'kafka',
    crash: false,
    forMs: LONG_MS,
  },
  {
    name: 'postgres-restart',
    attacks: 'what was committed stays, and what may have been is tried again without harm',
    how: 'PostgreSQL is stopped in order and started again',
    part: 'postgres',
    crash: false,
    forMs: 0,
  },
  {
    name: 'postgres-crash',
    attacks: 'what was committed stays, and what may have been is tried again without harm',
    how: 'PostgreSQL ends at once, without a checkpoint, and recovers from its log 2 s later',
    part: 'postgres',
    crash: true,
    forMs: 2_000,
  },
  {
    name: 'registry-away',
    attacks: 'the registry is needed for what it alone knows, and waited for then',
    how: 'the registry is away for 5 s while orders come',
    part: 'registry',
    crash: false,
    forMs: SHORT_MS,
  },
];

/** A part is taken away, with its port, and comes back with its data. */
export const PARTS_AWAY: readonly Fault[] = [...AWAYS.map(awayFault), registryAwayAtStart()];

function awayFault({ name, attacks, how, part, crash, forMs }: Away): Fault {
  return {
    name,
    attacks,
    how,
    inflict: async ({ stack, now, signal }) => {
      await stack.halt(part, crash ? 'crash' : 'stop');
      try {
        await sleep(forMs, undefined, { signal });
      } finally {
        await stack.resume(part);
      }
      return { ended: now(), kills: 0 };
    },
  };
}

/** The other worker goes on meanwhile: it has the schemas. */
function registryAwayAtStart(): Fault {
  return {
    name: 'registry-away-at-start',
    attacks: 'a worker that can’t start yet takes nothing, and starts by itself when it can',
    how: 'kill -9 of a worker, which is started again while the registry is away for 5 s more',
    recovery: 'takeover',
    inflict: async ({ stack, workers, now, signal }) => {
      const victim = workers[1]?.current();
      if (victim === undefined) throw new Error('there is no second worker');
      await stack.halt('registry');
      try {
        if (!trySignal(victim.pid, 'SIGKILL')) throw new Error('the worker to kill was gone already');
        await victim.ended;
        await sleep(SHORT_MS, undefined, { signal });
      } finally {
        await stack.resume('registry');
      }
      return { ended: now(), kills: 1 };
    },
  };
}
