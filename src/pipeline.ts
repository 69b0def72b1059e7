import type { Logger } from 'pino';
import type { OrderConsumerOptions } from '../consumers/order-fulfilled.js';
import { consumeOrderFulfilled } from '../consumers/order-fulfilled.js';
import { createDeadLetterProducer } from '../producers/dead-letter.js';
import { createOutboxRelay } from '../producers/outbox-relay.js';
import type { Restoration } from './capture/assumption.js';
import { CaptureWorkerError } from './errors.js';
import type { Runner } from './kafka/runner.js';
import { createRunner } from './kafka/runner.js';
import { traceparentIn } from './kafka/traceparent.js';
import type { Metrics } from './metrics/metrics.js';
import type { Clock, Random } from './ports/clock.js';
import type { NewId } from './ports/ids.js';
import type { LogConsumer } from './ports/log.js';
import type { Observer } from './ports/observer.js';
import type { AccountPause } from './ports/pauses.js';
import type { CaptureStore, OutboxStore, WaitingStore } from './ports/store.js';
import type { Reconciliation, ReconciliationPorts } from './reconciliation.js';
import { createReconciliation } from './reconciliation.js';
import { batchStore } from './worker/batched-store.js';
import { placesFor } from './worker/places.js';
import { createScheduler } from './worker/scheduler.js';
import type { SendingAccount } from './worker/send.js';
import type { TakeOrderOptions } from './worker/take-order.js';
import { takeOrder } from './worker/take-order.js';
import { tellOverlooked } from './worker/tell-overlooked.js';
import { watchPauses } from './worker/watch-pauses.js';

/** The worker's loops, running: the consumer of orders, the scheduler, the relay, and what reconciles. */
export interface Pipeline {
  /** Says that this process has stored a notification: it is published at once. */
  notificationStored(): void;
  /**
   * Stops intake, lets what is under way end and be published, for at most `deadlineMs`, and leaves. Returns how many messages were left
   * undone; they are delivered again.
   */
  drain(deadlineMs: number): Promise<number>;
}

/** All that the loops read, write and call: Kafka and PostgreSQL in production (pipeline-ports.ts). */
export interface PipelinePorts extends Omit<ReconciliationPorts, 'queue' | 'consumer'> {
  readonly captures: CaptureStore;
  readonly waiting: WaitingStore;
  readonly outbox: OutboxStore;
  readonly notificationQueue: OutboxStore;
  readonly listPauses: () => Promise<readonly AccountPause[]>;
  readonly orders: LogConsumer;
  readonly reconciliation: LogConsumer;
  readonly decodeOrder: OrderConsumerOptions['decode'];
  readonly accounts: ReadonlyMap<string, SendingAccount>;
}

export interface PipelineOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: NewId;
  readonly log: Logger;
  readonly metrics: Observer & Pick<Metrics, 'watchRunner' | 'watchRelay' | 'watchAccounts'>;
  readonly settings: PipelineSettings;
  readonly pace?: PipelinePace;
  /** Told, once, of what ends the loops although nobody asked. */
  readonly onFatal: (error: unknown) => void;
}

/** What is configured of the loops. All times are ms. */
export interface PipelineSettings {
  /** Names this process in attempts, leases and dead letters. */
  readonly worker: string;
  readonly batchSize: number;
  readonly maxInFlight: number;
  readonly commitEveryMs: number;
  readonly leaseMarginMs: number;
  readonly announceUnsentAfterMs: number;
  readonly contradictionWaitMs: number;
  readonly quietPeriodMs: number;
  /** Null unless the worker inquires first (assumption.ts). */
  readonly restoration: Restoration | null;
}

/** How often the loops look for what nobody wakes them for, in ms. */
export interface PipelinePace {
  /** At the schedule, when nothing was due. */
  readonly scheduleEveryMs: number;
  /** For captures that wait and that somebody is to be told of. */
  readonly overlookedEveryMs: number;
  /** At parked notifications. */
  readonly sweepEveryMs: number;
  /** Which accounts are paused, to tell of it. */
  readonly pausesEveryMs: number;
  /** At the outbox and at the queue of notifications; by default as their producers say. */
  readonly publishEveryMs?: number;
}

const PACE: PipelinePace = {
  scheduleEveryMs: 500,
  overlookedEveryMs: 1_000,
  sweepEveryMs: 1_000,
  pausesEveryMs: 2_000,
};
const SCHEDULE_LIMIT = 100;
/** How many captures that wait are told of at a time. */
const OVERLOOKED_LIMIT = 200;
/** How long other workers leave a row alone that this one has taken, in ms. */
const TAKEN_FOR_MS = 15_000;
/** What is kept of a drain's deadline for publishing the last events: so many ms, or so large a share if that is less. */
const RELAY_MS = 2_000;
const RELAY_SHARE = 0.2;

/** Wires the loops together and starts them. Rejects with LOG_UNAVAILABLE or TOPIC_MISSING if a consumer can't start. */
export async function startPipeline(ports: PipelinePorts, options: PipelineOptions): Promise<Pipeline> {
  const { accounts, captures, producer } = ports;
  const { clock, random, newId, log, metrics, settings, onFatal, pace = PACE } = options;
  const { worker, maxInFlight, commitEveryMs } = settings;
  const stop = new AbortController();
  const closing = new AbortController();
  const shared = { clock, random, log };
  const publishing = {
    ...shared,
    producer,
    ...(pace.publishEveryMs !== undefined && { pollEveryMs: pace.publishEveryMs }),
  };
  const relay = createOutboxRelay({ ...publishing, store: ports.outbox });
  const due = wakingStore(captures, () => {
    relay.wake();
  });
  const store = batchStore({
    ...shared,
    store: due,
    maxBatch: settings.batchSize,
    observer: metrics,
    stop: stop.signal,
  });
  const taking: TakeOrderOptions = {
    store,
    clock,
    observer: metrics,
    log,
    accounts,
    leaseMarginMs: settings.leaseMarginMs,
    newId,
    announceUnsentAfterMs: settings.announceUnsentAfterMs,
    closing: closing.signal,
    worker,
    restoration: settings.restoration,
  };
  const scheduler = createScheduler({
    ...taking,
    due,
    random,
    pollEveryMs: pace.scheduleEveryMs,
    limit: SCHEDULE_LIMIT,
    takenForMs: TAKEN_FOR_MS,
    quietPeriodMs: settings.quietPeriodMs,
  });
  const deadLetters = createDeadLetterProducer({ producer, topicOf: (topic) => `${topic}.dlq`, worker });
  const runner = createRunner({
    ...shared,
    consumer: ports.orders,
    process: consumeOrderFulfilled({
      decode: ports.decodeOrder,
      take: (order, source) => takeOrder(order, source, taking),
      deadLetter: (message, rejection) => deadLetters.put(message, rejection),
      traceparentOf: ({ headers }) => traceparentIn(headers),
      observer: metrics,
      log,
    }),
    onFatal,
    ...placesFor(accounts.values(), maxInFlight),
    commitEveryMs,
  });
  const reconciliation = createReconciliation(
    { ...ports, queue: ports.notificationQueue, consumer: ports.reconciliation },
    {
      ...shared,
      store,
      deadLetters,
      observer: metrics,
      maxInFlight,
      commitEveryMs,
      onFatal,
      sweepEveryMs: pace.sweepEveryMs,
      ...(pace.publishEveryMs !== undefined && { publishEveryMs: pace.publishEveryMs }),
    },
  );
  await startConsumers(runner, reconciliation);
  metrics.watchRunner(() => runner.stats());
  metrics.watchRunner(() => reconciliation.stats());
  metrics.watchRelay(() => relay.stats());
  metrics.watchAccounts(() => [...accounts.values()].map(({ name, gate }) => ({ name, ...gate.stats() })));
  void watchPauses({
    list: ports.listPauses,
    clock,
    observer: metrics,
    log,
    everyMs: pace.pausesEveryMs,
    stop: closing.signal,
  });
  void tellOverlooked({
    waiting: ports.waiting,
    store,
    clock,
    log,
    unsentForMs: settings.announceUnsentAfterMs,
    contradictedForMs: settings.contradictionWaitMs,
    limit: OVERLOOKED_LIMIT,
    everyMs: pace.overlookedEveryMs,
    stop: closing.signal,
  });
  relay.start();
  const scheduling = scheduler.run();
  scheduling.catch(onFatal);

  return {
    notificationStored: () => {
      reconciliation.notificationStored();
    },
    drain: async (deadlineMs) => {
      const begun = clock.monotonic();
      const reserve = Math.min(RELAY_MS, deadlineMs * RELAY_SHARE);
      const untilReserve = (): number => Math.max(0, deadlineMs - reserve - (clock.monotonic() - begun));
      scheduler.stop();
      const left = await Promise.all([runner.drain(untilReserve()), reconciliation.drain(untilReserve())]);
      closing.abort();
      await Promise.race([scheduling.catch(() => undefined), clock.sleep(untilReserve())]);
      await Promise.all([relay.stop(reserve), reconciliation.stopPublishing(reserve)]);
      stop.abort();
      return left[0] + left[1];
    },
  };
}

/** Both or none: whoever starts the pipeline tries again. */
async function startConsumers(orders: Runner, reconciliation: Reconciliation): Promise<void> {
  await orders.start();
  try {
    await reconciliation.start();
  } catch (error) {
    await orders.drain(0);
    throw error;
  }
}

/** Evidence that is durable may have brought an event: the relay needn't wait for its next look. */
function wakingStore(store: CaptureStore, wake: () => void): CaptureStore {
  return {
    ...store,
    record: async (requests) => {
      const captures = await store.record(requests);
      wake();
      return captures;
    },
  };
}

/** What a fatal error is told as: whatever it was, the process ends, and its code says why. */
export function fatalError(error: unknown): CaptureWorkerError {
  if (error instanceof CaptureWorkerError) return error;
  return new CaptureWorkerError('CONSUMER_STOPPED', 'the worker met an error that it does not know', {
    cause: error,
  });
}
