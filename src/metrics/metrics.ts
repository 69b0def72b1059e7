import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { NotifyObserver } from '../ports/notify-observer.js';
import type { Observer } from '../ports/observer.js';
import { collected } from './collected.js';
import { METRICS } from './names.js';
import { notifyObserver, observer } from './observed.js';
import type {
  AccountReading,
  LagReading,
  NotificationReading,
  RelayReading,
  RunnerReading,
  Unresolved,
} from './readings.js';
import { watchedAccounts } from './watched-accounts.js';
import { watched } from './watched.js';

/** What is counted and measured. The capture path records as it goes, as an `Observer`; the rest is read when somebody asks. */
export interface Metrics extends Observer, NotifyObserver {
  /** For the /metrics page. */
  readonly registry: Registry;
  /** Says where a consumer's or the relay's own numbers are found, at each page. Those of several consumers are added up. */
  watchRunner(read: () => RunnerReading): void;
  watchRelay(read: () => RelayReading): void;
  watchAccounts(read: () => readonly AccountReading[]): void;
  /** Replaces all lags: a partition that is no longer read has none. */
  lag(partitions: readonly LagReading[]): void;
  /** Null for an empty outbox. */
  outbox(depth: number, oldestAgeMs: number | null): void;
  /** The age is null if none is parked. */
  notifications(backlog: NotificationReading): void;
  /** Replaces all that was said of unresolved captures. */
  unresolved(rows: readonly Unresolved[]): void;
  collectFailed(source: string): void;
  collected(source: string, at: Date): void;
}

export interface MetricsOptions {
  readonly version: string;
  /** Whether to add what Node says of its own process (memory, event loop, garbage collection). */
  readonly ofProcess: boolean;
}

/** Metrics in a registry of their own, so that two workers in one process, as in tests, don't share numbers. */
export function createMetrics({ version, ofProcess }: MetricsOptions): Metrics {
  const registry = new Registry();
  if (ofProcess) collectDefaultMetrics({ register: registry });
  new Gauge({ ...METRICS.build, registers: [registry] }).set({ version, node: process.versions.node }, 1);
  return {
    registry,
    ...observer(registry),
    ...notifyObserver(registry),
    ...watched(registry),
    ...watchedAccounts(registry),
    ...collected(registry),
  };
}
