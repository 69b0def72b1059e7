import type { Clock } from '../../ports/clock.js';

/**
 * Turns that begin at least `everyMs` apart, in the order in which they were asked for. Resolves when the caller's turn begins: at once if
 * nobody had one for so long.
 */
export function pace(clock: Pick<Clock, 'monotonic' | 'sleep'>, everyMs: number): () => Promise<void> {
  let nextAt = -Infinity;
  return async () => {
    const now = clock.monotonic();
    const at = Math.max(now, nextAt);
    nextAt = at + everyMs;
    if (at > now) await clock.sleep(at - now);
  };
}
