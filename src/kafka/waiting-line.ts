import type { Clock } from '../ports/clock.js';

/** Batches that wait for room, in a line: one place that gets free wakes one of them, the one that has waited longest. */
export interface WaitingLine {
  /** Waits at the end of the line until woken, for at most `ms`. */
  wait(ms: number): Promise<void>;
  wakeNext(): void;
  wakeAll(): void;
}

export function createWaitingLine(clock: Clock): WaitingLine {
  const line = new Set<() => void>();

  function wakeNext(): void {
    for (const wake of line) {
      line.delete(wake);
      wake();
      return;
    }
  }

  return {
    wait: async (ms) => {
      const nap = new AbortController();
      const wake = (): void => {
        nap.abort();
      };
      line.add(wake);
      await clock.sleep(Math.max(0, ms), nap.signal);
      line.delete(wake);
    },
    wakeNext,
    wakeAll: () => {
      while (line.size > 0) wakeNext();
    },
  };
}
