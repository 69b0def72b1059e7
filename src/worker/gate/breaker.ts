import type { Random } from '../../ports/clock.js';
import { createCallWindow } from './call-window.js';
import type { Health } from './health.js';

/**
 * The circuit breaker of one account.
 *
 * *Closed*: calls are made. When of at least `calls` calls within `windowMs` a share of `share` or more failed for the provider's own sake,
 * it opens: more calls would only leave more captures in doubt, and load what is down.
 *
 * *Open*: no call is made until `probeAt`. Then single calls are let through, one after the other. One that fails has the next one wait
 * longer, twice as long each time and never above the cap, with a random half of it taken off at most, so that workers don't come back
 * all at once. After `probes` that went well in a row it closes and counts anew.
 *
 * Calls that were under way when it opened say nothing any more: they began before. Times are monotonic, in ms.
 */
export interface Breaker {
  /** When the next probe may be made; null while it is closed. */
  readonly probeAt: number | null;
  /** What a call, that was no probe, told of the provider. */
  heard(health: Health, now: number): 'broken' | 'unchanged';
  /** What a probe told. */
  probed(health: Health, now: number): 'mended' | 'unchanged';
}

export interface BreakerOptions {
  readonly windowMs: number;
  readonly calls: number;
  /** From above 0 to 1. */
  readonly share: number;
  readonly probes: number;
  readonly waitBaseMs: number;
  readonly waitCapMs: number;
}

interface Open {
  probeAt: number;
  /** Waits so far since it opened. */
  waits: number;
  /** Probes that went well in a row. */
  well: number;
}

export function createBreaker(options: BreakerOptions, random: Random): Breaker {
  const { windowMs, calls, share, probes } = options;
  const window = createCallWindow(windowMs);
  let open: Open | null = null;

  function wait(waits: number): number {
    const { waitBaseMs, waitCapMs } = options;
    const whole = Math.min(waitCapMs, waitBaseMs * 2 ** Math.min(waits - 1, 30));
    return Math.max(1, Math.ceil(whole * (1 - random() / 2)));
  }

  function heard(health: Health, now: number): 'broken' | 'unchanged' {
    if (open !== null || health === 'untold') return 'unchanged';
    window.add(health === 'well', now);
    const seen = window.count(now);
    if (seen.calls < calls || seen.failed < seen.calls * share) return 'unchanged';
    open = { probeAt: now + wait(1), waits: 1, well: 0 };
    return 'broken';
  }

  function probed(health: Health, now: number): 'mended' | 'unchanged' {
    if (open === null) return 'unchanged';
    switch (health) {
      case 'well':
        open.well += 1;
        open.probeAt = now;
        if (open.well < probes) return 'unchanged';
        open = null;
        window.clear();
        return 'mended';
      case 'ill':
        open.well = 0;
        open.waits += 1;
        open.probeAt = now + wait(open.waits);
        return 'unchanged';
      case 'untold':
        // As short as the first: nothing was learnt, and without any wait such probes could follow each other for ever.
        open.probeAt = now + wait(1);
        return 'unchanged';
    }
  }

  return {
    get probeAt() {
      return open?.probeAt ?? null;
    },
    heard,
    probed,
  };
}
