import type { Registry } from 'prom-client';
import { Counter, Gauge } from 'prom-client';
import type { Metrics } from './metrics.js';
import { METRICS } from './names.js';
import type { RelayReading, RunnerReading } from './readings.js';

/** What parts of this process count themselves: looked up for each page. */
export function watched(registry: Registry): Pick<Metrics, 'watchRunner' | 'watchRelay'> {
  const registers = [registry];
  const gauge = (metric: (typeof METRICS)['inFlight' | 'queued' | 'shards'], read: () => number): void => {
    const it: Gauge = new Gauge({
      ...metric,
      registers,
      collect: () => {
        it.set(read());
      },
    });
  };
  const total = (
    metric: (typeof METRICS)[
      'retries' | 'commitFailures' | 'published' | 'publishBatches' | 'publishFailures'],
    read: () => number,
  ): void => {
    const it: Counter = new Counter({
      ...metric,
      registers,
      collect: () => {
        it.reset();
        it.inc(read());
      },
    });
  };
  const runners: (() => RunnerReading)[] = [];
  const sum = (field: keyof RunnerReading): number => runners.reduce((all, read) => all + read()[field], 0);
  let relay = (): RelayReading => ({ published: 0, batches: 0, failures: 0, shards: [] });
  gauge(METRICS.inFlight, () => sum('inFlight'));
  gauge(METRICS.queued, () => sum('queued'));
  total(METRICS.retries, () => sum('retries'));
  total(METRICS.commitFailures, () => sum('commitFailures'));
  total(METRICS.published, () => relay().published);
  total(METRICS.publishBatches, () => relay().batches);
  total(METRICS.publishFailures, () => relay().failures);
  gauge(METRICS.shards, () => relay().shards.length);
  return {
    watchRunner: (read) => {
      runners.push(read);
    },
    watchRelay: (read) => {
      relay = read;
    },
  };
}
