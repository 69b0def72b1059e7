import type { Logger } from 'pino';
import { messageOf } from './errors.js';
import type { Metrics } from './metrics/metrics.js';
import type { Clock } from './ports/clock.js';

/** A reading behind some metrics that costs a round trip: to the database, to the brokers. */
export interface Source {
  readonly name: string;
  /** Reads and sets its metrics. Must end by itself, in time or not. */
  readonly read: () => Promise<void>;
}

export interface CollectorOptions {
  readonly sources: readonly Source[];
  /** How long one page waits for a source, in ms. */
  readonly patienceMs: number;
  /** How long a reading is good for, in ms: pages asked for in between don't read again. */
  readonly keepMs: number;
  readonly metrics: Pick<Metrics, 'collected' | 'collectFailed'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Keeps slow readings from hanging the metrics page. A page waits for a source only so long and then shows what was read last; that it
 * is stale shows in the source's error count and in the time of its last success. A source is never read twice at once, so a database
 * that hangs isn't given more to do by every scrape.
 */
export interface Collector {
  /** Resolves when all metrics are as fresh as they get. Never rejects. */
  refresh(): Promise<void>;
}

export function createCollector({ sources, ...options }: CollectorOptions): Collector {
  const refreshers = sources.map((source) => refresher(source, options));
  return {
    refresh: async () => {
      await Promise.all(refreshers.map((refresh) => refresh()));
    },
  };
}

function refresher(
  source: Source,
  { patienceMs, keepMs, metrics, clock, log }: Omit<CollectorOptions, 'sources'>,
): () => Promise<void> {
  let goodUntil = -Infinity;
  let underWay: Promise<void> | null = null;
  let failing = false;

  function failed(why: string, error?: unknown): void {
    metrics.collectFailed(source.name);
    // Once, not with every scrape: the count tells how long it lasts.
    if (!failing)
      log.warn({ source: source.name, err: error }, `metrics of ${source.name} are stale: ${why}`);
    failing = true;
  }

  async function read(): Promise<void> {
    try {
      await source.read();
      goodUntil = clock.monotonic() + keepMs;
      failing = false;
      metrics.collected(source.name, clock.now());
    } catch (error) {
      failed(messageOf(error), error);
    } finally {
      underWay = null;
    }
  }

  return async () => {
    if (clock.monotonic() < goodUntil) return;
    underWay ??= read();
    const patience = new AbortController();
    const outcome = await Promise.race([
      underWay.then(() => 'read' as const),
      clock.sleep(patienceMs, patience.signal).then(() => 'late' as const),
    ]);
    patience.abort();
    if (outcome === 'late') failed(`no answer within ${String(patienceMs)} ms`);
  };
}
