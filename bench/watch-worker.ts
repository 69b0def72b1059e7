import { setTimeout as sleep } from 'node:timers/promises';
import { metricIn } from './metrics.js';
import type { BenchWorker } from './worker.js';

/** What was seen of a worker while it was watched, by its own metrics. */
export interface Standing {
  /** Orders taken from Kafka that wait for a place, and those that are worked on: the most. */
  readonly queued: number;
  readonly inFlight: number;
  /** Orders that the group hasn't done: the most, and the most in the last quarter of the time. */
  readonly lag: number;
  readonly lagAtLast: number;
  /** Orders that were left to the schedule. */
  readonly deferred: number;
}

const EVERY_MS = 1_000;

/** Looks each second, until it is told to end. `orders` is the topic whose lag counts. */
export function watchWorker(
  worker: BenchWorker,
  orders: string,
  signal: AbortSignal,
): { end(): Promise<Standing> } {
  const over = new AbortController();
  const until = AbortSignal.any([over.signal, signal]);
  const seen: Standing[] = [];
  const looking = (async (): Promise<void> => {
    while (!until.aborted) {
      seen.push(standingIn(await worker.metrics(), orders));
      // The wait ends early, and without an error, when the watch is over.
      await sleep(EVERY_MS, undefined, { signal: until }).catch(() => undefined);
    }
  })();
  // Told when it is asked for.
  looking.catch(() => undefined);
  return {
    end: async () => {
      over.abort();
      await looking;
      const last = seen.slice(Math.floor((seen.length * 3) / 4));
      return { ...mostOf(seen), lagAtLast: Math.max(0, ...last.map(({ lag }) => lag)) };
    },
  };
}

/** The most of each. */
export function mostOf(seen: readonly Standing[]): Standing {
  const most = (of: (one: Standing) => number): number => Math.max(0, ...seen.map(of));
  return {
    queued: most(({ queued }) => queued),
    inFlight: most(({ inFlight }) => inFlight),
    lag: most(({ lag }) => lag),
    lagAtLast: most(({ lagAtLast }) => lagAtLast),
    deferred: most(({ deferred }) => deferred),
  };
}

function standingIn(page: string, orders: string): Standing {
  const lag = metricIn(page, 'capture_worker_consumer_lag', { topic: orders });
  return {
    queued: metricIn(page, 'capture_worker_queued'),
    inFlight: metricIn(page, 'capture_worker_in_flight'),
    lag,
    lagAtLast: lag,
    deferred: metricIn(page, 'capture_worker_account_deferred_total'),
  };
}
