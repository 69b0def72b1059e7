import type { Registry } from 'prom-client';
import { Counter, Gauge, Histogram } from 'prom-client';
import type { NotifyObserver } from '../ports/notify-observer.js';
import type { Observer } from '../ports/observer.js';
import { METRICS } from './names.js';

const CALL_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60];
const BATCH_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SIZE_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** Only names that are configured become labels: whoever sends a request must not be able to make new ones. */
export function notifyObserver(registry: Registry): NotifyObserver {
  const requests = new Counter({ ...METRICS.notifyRequests, registers: [registry] });
  return {
    notifyRequest: (at, result) => {
      requests.inc({ provider: at?.provider ?? 'none', account: at?.account ?? 'none', result });
    },
  };
}

/** What is recorded as it happens. */
export function observer(registry: Registry): Observer {
  const registers = [registry];
  const messages = new Counter({ ...METRICS.messages, registers });
  const deadLetters = new Counter({ ...METRICS.deadLetters, registers });
  const notifications = new Counter({ ...METRICS.notificationsConsumed, registers });
  const captures = new Counter({ ...METRICS.captures, registers });
  const attempts = new Histogram({ ...METRICS.attemptDuration, registers, buckets: CALL_BUCKETS });
  const inquiries = new Histogram({ ...METRICS.inquiryDuration, registers, buckets: CALL_BUCKETS });
  const held = new Gauge({ ...METRICS.accountHeld, registers });
  const paused = new Gauge({ ...METRICS.accountPaused, registers });
  const batchSize = new Histogram({ ...METRICS.batchSize, registers, buckets: SIZE_BUCKETS });
  const batchDuration = new Histogram({ ...METRICS.batchDuration, registers, buckets: BATCH_BUCKETS });

  return {
    message: (result, reason) => {
      messages.inc({ result });
      if (reason !== null) deadLetters.inc({ reason });
    },
    notification: (provider, result) => {
      notifications.inc({ provider, result });
    },
    deadLetter: (reason) => {
      deadLetters.inc({ reason });
    },
    attempt: ({ provider, account }, finding, durationMs) => {
      attempts.observe({ provider, account, class: finding }, durationMs / 1_000);
    },
    inquiry: ({ provider, account }, finding, durationMs) => {
      inquiries.observe({ provider, account, class: finding }, durationMs / 1_000);
    },
    state: ({ provider, account }, state) => {
      captures.inc({ provider, account, outcome: state });
    },
    batch: (operation, size, durationMs) => {
      batchSize.observe({ operation }, size);
      batchDuration.observe({ operation }, durationMs / 1_000);
    },
    held: (account, isHeld) => {
      held.set({ account }, isHeld ? 1 : 0);
    },
    paused: (account, isPaused) => {
      paused.set({ account }, isPaused ? 1 : 0);
    },
  };
}
