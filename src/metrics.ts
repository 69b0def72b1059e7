import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { exponentOf } from './capture/currencies.js';
import type { Money } from './capture/money.js';
import { formatMajor } from './capture/money.js';
import type { Observer } from './ports/observer.js';

/** Every metric of ours: its name, its labels and what it means. docs/metrics.md lists the same; a test holds the two together. */
export const METRICS = {
  messages: metric('capture_worker_messages_total', 'Orders consumed, by how they ended', ['result']),
  deadLetters: metric('capture_worker_dead_letters_total', 'Messages put on a dead-letter topic', ['reason']),
  captures: metric(
    'capture_worker_captures_total',
    'Captures that an attempt brought to an outcome or left without one',
    ['provider', 'account', 'outcome'],
  ),
  attemptDuration: metric(
    'capture_worker_attempt_duration_seconds',
    'Calls to providers, by what was answered',
    ['provider', 'account', 'class'],
  ),
  inFlight: metric('capture_worker_in_flight', 'Messages being worked on', []),
  accountHeld: metric(
    'capture_worker_account_held',
    '1 while the provider refuses the credentials of an account',
    ['account'],
  ),
  batchSize: metric('capture_worker_batch_size', 'Items written to the database together', ['operation']),
  batchDuration: metric('capture_worker_batch_duration_seconds', 'How long one batch took', ['operation']),
  queued: metric(
    'capture_worker_queued',
    'Messages taken from Kafka that wait behind their key or for a place',
    [],
  ),
  retries: metric('capture_worker_retries_total', 'Messages tried again because a part was away', []),
  commitFailures: metric('capture_worker_commit_failures_total', 'Commits of offsets that failed', []),
  published: metric('capture_worker_events_published_total', 'Events appended to their topics', []),
  publishBatches: metric('capture_worker_publish_batches_total', 'Batches in which events were appended', []),
  publishFailures: metric('capture_worker_publish_failures_total', 'Rounds of publishing that failed', []),
  shards: metric('capture_worker_outbox_shards', 'Shards of the outbox that this process publishes', []),
  lag: metric('capture_worker_consumer_lag', 'Messages that the group has not done', [
    'group',
    'topic',
    'partition',
  ]),
  outboxDepth: metric('capture_worker_outbox_depth', 'Events not yet published', []),
  outboxAge: metric(
    'capture_worker_outbox_oldest_age_seconds',
    'Age of the oldest event not yet published',
    [],
  ),
  unresolved: metric('capture_worker_unresolved_captures', 'Captures without an outcome', [
    'provider',
    'account',
    'state',
  ]),
  unresolvedAge: metric(
    'capture_worker_unresolved_oldest_age_seconds',
    'Age of the oldest capture without an outcome',
    ['provider', 'account', 'state'],
  ),
  unresolvedAmount: metric(
    'capture_worker_unresolved_amount',
    'Money of captures without an outcome, in major units',
    ['provider', 'account', 'state', 'currency'],
  ),
  inReview: metric(
    'capture_worker_captures_in_review',
    'Captures without an outcome that wait for a person',
    ['provider', 'account', 'state'],
  ),
  collectErrors: metric(
    'capture_worker_collect_errors_total',
    'Readings for metrics that failed or took too long',
    ['source'],
  ),
  collected: metric(
    'capture_worker_collect_last_success_timestamp_seconds',
    'When a reading last succeeded',
    ['source'],
  ),
  build: metric('capture_worker_build_info', 'Always 1; its labels say what runs', ['version', 'node']),
} as const;

function metric<const Label extends string>(name: string, help: string, labelNames: readonly Label[]) {
  return { name, help, labelNames };
}

const CALL_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60];
const BATCH_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SIZE_BUCKETS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** Captures without an outcome, of one account, in one state and one currency. */
export interface Unresolved {
  readonly provider: string;
  readonly account: string;
  readonly state: string;
  readonly count: number;
  /** Of these, how many wait for a person. */
  readonly inReview: number;
  readonly oldestAgeMs: number;
  readonly money: Money;
}

/** What a consumer says of itself; totals count since it started. */
export interface RunnerReading {
  readonly inFlight: number;
  readonly queued: number;
  readonly retries: number;
  readonly commitFailures: number;
}

/** What the outbox relay says of itself; totals count since it started. */
export interface RelayReading {
  readonly published: number;
  readonly batches: number;
  readonly failures: number;
  readonly shards: readonly number[];
}

export interface LagReading {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly lag: bigint;
}

/** What is counted and measured. The capture path records as it goes, as an `Observer`; the rest is read when somebody asks. */
export interface Metrics extends Observer {
  /** For the /metrics page. */
  readonly registry: Registry;
  /** Says where a consumer's or the relay's own numbers are found, at each page. */
  watchRunner(read: () => RunnerReading): void;
  watchRelay(read: () => RelayReading): void;
  /** Replaces all lags: a partition that is no longer read has none. */
  lag(partitions: readonly LagReading[]): void;
  /** Null for an empty outbox. */
  outbox(depth: number, oldestAgeMs: number | null): void;
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
  return { registry, ...observer(registry), ...watched(registry), ...collected(registry) };
}

/** What is recorded as it happens. */
function observer(registry: Registry): Observer {
  const registers = [registry];
  const messages = new Counter({ ...METRICS.messages, registers });
  const deadLetters = new Counter({ ...METRICS.deadLetters, registers });
  const captures = new Counter({ ...METRICS.captures, registers });
  const attempts = new Histogram({ ...METRICS.attemptDuration, registers, buckets: CALL_BUCKETS });
  const held = new Gauge({ ...METRICS.accountHeld, registers });
  const batchSize = new Histogram({ ...METRICS.batchSize, registers, buckets: SIZE_BUCKETS });
  const batchDuration = new Histogram({ ...METRICS.batchDuration, registers, buckets: BATCH_BUCKETS });

  return {
    message: (result, reason) => {
      messages.inc({ result });
      if (reason !== null) deadLetters.inc({ reason });
    },
    attempt: ({ provider, account }, finding, durationMs) => {
      attempts.observe({ provider, account, class: finding }, durationMs / 1_000);
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
  };
}

/** What parts of this process count themselves: looked up for each page. */
function watched(registry: Registry): Pick<Metrics, 'watchRunner' | 'watchRelay'> {
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
  let runner = (): RunnerReading => ({ inFlight: 0, queued: 0, retries: 0, commitFailures: 0 });
  let relay = (): RelayReading => ({ published: 0, batches: 0, failures: 0, shards: [] });
  gauge(METRICS.inFlight, () => runner().inFlight);
  gauge(METRICS.queued, () => runner().queued);
  total(METRICS.retries, () => runner().retries);
  total(METRICS.commitFailures, () => runner().commitFailures);
  total(METRICS.published, () => relay().published);
  total(METRICS.publishBatches, () => relay().batches);
  total(METRICS.publishFailures, () => relay().failures);
  gauge(METRICS.shards, () => relay().shards.length);
  return {
    watchRunner: (read) => {
      runner = read;
    },
    watchRelay: (read) => {
      relay = read;
    },
  };
}

/** What the collector reads from Kafka and the database. */
function collected(
  registry: Registry,
): Pick<Metrics, 'lag' | 'outbox' | 'unresolved' | 'collectFailed' | 'collected'> {
  const registers = [registry];
  const lag = new Gauge({ ...METRICS.lag, registers });
  const outboxDepth = new Gauge({ ...METRICS.outboxDepth, registers });
  const outboxAge = new Gauge({ ...METRICS.outboxAge, registers });
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
  return (rows) => {
    // What is resolved meanwhile must not stay behind with its last value.
    for (const gauge of [count, age, amount, review]) gauge.reset();
    const oldest = new Map<string, number>();
    for (const { provider, account, state, count: captures, inReview, oldestAgeMs, money } of rows) {
      const labels = { provider, account, state };
      count.inc(labels, captures);
      review.inc(labels, inReview);
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
