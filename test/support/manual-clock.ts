import type { Clock } from '../../src/ports/clock.js';

/** A clock that stands still until it is advanced. */
export interface ManualClock extends Clock {
  /** Moves time on by `ms`, waking every sleeper at its moment and letting what it does happen before the next one wakes. */
  advance(ms: number): Promise<void>;
  /** How many are asleep. */
  readonly sleepers: number;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export function manualClock(start = new Date('2026-03-01T12:00:00.000Z')): ManualClock {
  let elapsed = 0;
  let sleepers: Sleeper[] = [];

  return {
    now: () => new Date(start.getTime() + elapsed),
    monotonic: () => elapsed,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) {
          resolve();
          return;
        }
        const sleeper: Sleeper = {
          at: elapsed + ms,
          wake: () => {
            sleepers = sleepers.filter((other) => other !== sleeper);
            signal?.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        sleepers.push(sleeper);
        signal?.addEventListener('abort', sleeper.wake, { once: true });
      }),
    advance: async (ms) => {
      const end = elapsed + ms;
      for (;;) {
        await settled();
        const next = sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        elapsed = Math.max(elapsed, next.at);
        next.wake();
      }
      elapsed = end;
    },
    get sleepers() {
      return sleepers.length;
    },
  };
}

/** Resolves when everything that can happen without time passing has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
}
