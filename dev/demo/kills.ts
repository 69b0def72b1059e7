import type pg from 'pg';
import { trySignal } from '../watchdog/kill.js';
import type { Cast } from './cast.js';

/** Who is killed: a worker, whichever worker publishes events at that moment, or a subscriber. */
export const VICTIMS = ['worker', 'relay', 'ledger', 'messages'] as const;
export type Victim = (typeof VICTIMS)[number];

/** A kill -9 when this share of the captures is settled. */
export interface Kill {
  readonly at: number;
  readonly victim: Victim;
}

/** Each victim once, at random moments of the middle of the run. */
export function planKills(random: () => number): readonly Kill[] {
  return VICTIMS.map((victim) => ({ at: 0.05 + 0.85 * random(), victim })).sort((a, b) => a.at - b.at);
}

/** Whose sessions hold a lock of the outbox: they publish. src/store/outbox.ts takes it. */
const PUBLISHERS = `
  select distinct a.application_name as name
  from pg_locks l
  join pg_stat_activity a using (pid)
  where l.locktype = 'advisory' and l.classid = ${String(0x6f75_7462)} and l.granted and a.datname = current_database()`;

export interface Killer {
  /** Kills whom it is time for; `settled` is the share of captures that are. */
  look(settled: number): Promise<void>;
  isDone(): boolean;
}

export interface KillerParts {
  readonly cast: Cast;
  readonly pool: pg.Pool;
  readonly random: () => number;
  readonly say: (line: string) => void;
}

/** Carries out a plan. Who is down at his moment is killed as soon as he is up again. */
export function createKiller(plan: readonly Kill[], { cast, pool, random, say }: KillerParts): Killer {
  const left = [...plan];

  async function pidOf(victim: Victim): Promise<number | null> {
    switch (victim) {
      case 'worker': {
        const up = cast.workers.filter((worker) => worker.isUp());
        return up[Math.floor(random() * up.length)]?.current().pid ?? null;
      }
      case 'relay': {
        const { rows } = await pool.query<{ name: string }>(PUBLISHERS);
        const names = rows.map(({ name }) => name);
        const up = cast.workers.filter((worker) => worker.isUp());
        return (
          up.find((worker) => names.some((name) => name.endsWith(` ${worker.current().workerId}`)))?.current()
            .pid ?? null
        );
      }
      case 'ledger':
      case 'messages':
        return cast[victim].isUp() ? cast[victim].current().pid : null;
    }
  }

  return {
    look: async (settled) => {
      const [next] = left;
      if (next === undefined || settled < next.at) return;
      const pid = await pidOf(next.victim);
      if (pid === null || !trySignal(pid, 'SIGKILL')) return;
      left.shift();
      say(`kill -9 ${NAMES[next.victim]}, ${String(Math.round(settled * 100))} % settled`);
    },
    isDone: () => left.length === 0,
  };
}

const NAMES: Readonly<Record<Victim, string>> = {
  worker: 'a worker',
  relay: 'the worker that publishes',
  ledger: 'the ledger',
  messages: 'the messenger',
};
