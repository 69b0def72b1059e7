import type { Registry } from 'prom-client';
import { Counter, Gauge } from 'prom-client';
import { isFinal } from '../capture/capture.js';
import { exponentOf } from '../capture/currencies.js';
import type { Money } from '../capture/money.js';
import { formatMajor } from '../capture/money.js';
import type { Metrics } from './metrics.js';
import { METRICS } from './names.js';

/** What the collector reads from Kafka and the database. */
export function collected(
  registry: Registry,
): Pick<Metrics, 'lag' | 'outbox' | 'notifications' | 'unresolved' | 'collectFailed' | 'collected'> {
  const registers = [registry];
  const lag = new Gauge({ ...METRICS.lag, registers });
  const outboxDepth = new Gauge({ ...METRICS.outboxDepth, registers });
  const outboxAge = new Gauge({ ...METRICS.outboxAge, registers });
  const notificationQueue = new Gauge({ ...METRICS.notificationQueue, registers });
  const parked = new Gauge({ ...METRICS.parked, registers });
  const parkedAge = new Gauge({ ...METRICS.parkedAge, registers });
  const errors = new Counter({ ...METRICS.collectErrors, registers });
  const successes = new Gauge({ ...METRICS.collected, registers });

  return {
    lag: (partitions) => {
      lag.reset();
      for (const { group, topic, partition, lag: behind } of partitions)
        lag.set({ group, topic, partition }, Number(behind));
    },
    outbox: (depth, oldestAgeMs) => {
      outboxDepth.set(depth);
      outboxAge.set((oldestAgeMs ?? 0) / 1_000);
    },
    notifications: ({ queued, parked: waiting, oldestParkedAgeMs }) => {
      notificationQueue.set(queued);
      parked.set(waiting);
      parkedAge.set((oldestParkedAgeMs ?? 0) / 1_000);
    },
    unresolved: unresolvedMetrics(registry),
    collectFailed: (source) => {
      errors.inc({ source });
    },
    collected: (source, at) => {
      successes.set({ source }, at.getTime() / 1_000);
    },
  };
}

function unresolvedMetrics(registry: Registry): Metrics['unresolved'] {
  const registers = [registry];
  const count = new Gauge({ ...METRICS.unresolved, registers });
  const age = new Gauge({ ...METRICS.unresolvedAge, registers });
  const amount = new Gauge({ ...METRICS.unresolvedAmount, registers });
  const review = new Gauge({ ...METRICS.inReview, registers });
  const overdue = new Gauge({ ...METRICS.overdue, registers });
  const contradicted = new Gauge({ ...METRICS.contradicted, registers });
  return (rows) => {
    // What is resolved meanwhile must not stay behind with its last value.
    for (const gauge of [count, age, amount, review, overdue, contradicted]) gauge.reset();
    const oldest = new Map<string, number>();
    for (const { provider, account, state, oldestAgeMs, money, ...of } of rows) {
      const labels = { provider, account, state };
      review.inc(labels, of.inReview);
      if (isFinal({ state })) {
        contradicted.inc(labels, of.contradicted);
        continue;
      }
      count.inc(labels, of.count);
      overdue.inc(labels, of.overdue);
      amount.inc({ ...labels, currency: money.currency }, inMajorUnits(money));
      const key = JSON.stringify(labels);
      oldest.set(key, Math.max(oldest.get(key) ?? 0, oldestAgeMs));
      age.set(labels, (oldest.get(key) ?? 0) / 1_000);
    }
  };
}

/** For a graph only: a metric is a float, and no amount ever comes back from one. */
function inMajorUnits({ amount, currency }: Money): number {
  return Number(formatMajor(amount, exponentOf(currency) ?? 0));
}
