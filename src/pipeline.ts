import { consumeOrderFulfilled } from '../consumers/order-fulfilled.js';
import { createDeadLetterProducer } from '../producers/dead-letter.js';
import { createOutboxRelay } from '../producers/outbox-relay.js';
import { licenceOf } from './capture/licence.js';
import { fold } from './capture/state-machine.js';
import { CaptureWorkerError } from './errors.js';
import { eventEncoder } from './kafka/event-encoder.js';
import { createLogConsumer } from './kafka/log-consumer.js';
import { orderDecoder } from './kafka/order-decoder.js';
import type { Runner } from './kafka/runner.js';
import { createRunner } from './kafka/runner.js';
import type { RegisteredContracts } from './kafka/schema-registry.js';
import { traceparentIn } from './kafka/traceparent.js';
import { warnOfTopics } from './kafka/warn-of-topics.js';
import type { Parts } from './parts.js';
import type { CaptureStore } from './ports/store.js';
import type { Reconciliation } from './reconciliation.js';
import { createReconciliation } from './reconciliation.js';
import { listPauses } from './store/account-pauses.js';
import { createCaptureStore } from './store/capture-store.js';
import { createOutboxStore } from './store/outbox.js';
import { createWaitingStore } from './store/overlooked.js';
import { batchStore } from './worker/batched-store.js';
import { placesFor } from './worker/places.js';
import { createScheduler } from './worker/scheduler.js';
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

/** How often the schedule is looked at when nothing was due, in ms. */
const SCHEDULE_EVERY_MS = 500;
const SCHEDULE_LIMIT = 100;
/** How often it is looked whether captures wait that somebody is to be told of, in ms, and how many are told of at a time. */
const OVERLOOKED_EVERY_MS = 1_000;
const OVERLOOKED_LIMIT = 200;
/** How long other workers leave a row alone that this one has taken, in ms. */
const TAKEN_FOR_MS = 15_000;
/** How often it is looked which accounts are paused, to tell of it, in ms. */
const PAUSES_EVERY_MS = 2_000;
/** What is kept of a drain's deadline for publishing the last events: so many ms, or so large a share if that is less. */
const RELAY_MS = 2_000;
const RELAY_SHARE = 0.2;

/**
 * Wires the loops together and starts them. `onFatal` is told, once, of what ends them although nobody asked. Rejects with
 * LOG_UNAVAILABLE or TOPIC_MISSING if the consumer can't start.
 */
export async function startPipeline(
  parts: Parts,
  contracts: RegisteredContracts,
  onFatal: (error: unknown) => void,
): Promise<Pipeline> {
  const { config, clock, random, log, metrics, topics, producer, pool } = parts;
  const stop = new AbortController();
  const closing = new AbortController();
  const relay = createOutboxRelay({ store: createOutboxStore({ pool }), producer, clock, random, log });
  const due = wakingStore(captureStore(parts, contracts), () => {
    relay.wake();
  });
  const store = batchStore({
    store: due,
    maxBatch: config.worker.batchSize,
    clock,
    random,
    observer: metrics,
    log,
    stop: stop.signal,
  });
  const options: TakeOrderOptions = {
    store,
    clock,
    observer: metrics,
    log,
    accounts: parts.accounts,
    leaseMarginMs: config.worker.leaseMarginMs,
    newId: parts.newId,
    announceUnsentAfterMs: config.policy.announceUnsentAfterMs,
    closing: closing.signal,
    worker: config.workerId,
    restoration: config.restoration,
  };
  const scheduler = createScheduler({
    ...options,
    due,
    random,
    pollEveryMs: SCHEDULE_EVERY_MS,
    limit: SCHEDULE_LIMIT,
    takenForMs: TAKEN_FOR_MS,
    quietPeriodMs: config.policy.quietPeriodMs,
  });
  const deadLetters = createDeadLetterProducer({
    producer,
    topicOf: (topic) => `${topic}.dlq`,
    worker: config.workerId,
  });
  const runner = createRunner({
    consumer: createLogConsumer({
      client: parts.kafka,
      groupId: config.kafka.group,
      topics: [topics['order.fulfilled']],
      sessionTimeoutMs: config.worker.sessionTimeoutMs,
      log,
      onFatal,
    }),
    process: consumeOrderFulfilled({
      decode: orderDecoder(contracts, { registry: parts.registry, clock }),
      take: (order, source) => takeOrder(order, source, options),
      deadLetter: (message, rejection) => deadLetters.put(message, rejection),
      traceparentOf: ({ headers }) => traceparentIn(headers),
      observer: metrics,
      log,
    }),
    onFatal,
    clock,
    random,
    log,
    ...placesFor(parts.accounts.values(), config.worker.maxInFlight),
    commitEveryMs: config.worker.commitIntervalMs,
  });
  const reconciliation = createReconciliation(parts, contracts, { store, deadLetters, onFatal });
  await startConsumers(runner, reconciliation);
  metrics.watchRunner(() => runner.stats());
  metrics.watchRunner(() => reconciliation.stats());
  metrics.watchRelay(() => relay.stats());
  metrics.watchAccounts(() =>
    [...parts.accounts.values()].map(({ name, gate }) => ({ name, ...gate.stats() })),
  );
  void warnOfTopics({ client: parts.kafka, prefix: config.topicPrefix, log, stop: closing.signal });
  void watchPauses({
    list: () => listPauses(pool),
    clock,
    observer: metrics,
    log,
    everyMs: PAUSES_EVERY_MS,
    stop: closing.signal,
  });
  void tellOverlooked({
    waiting: createWaitingStore({ pool }),
    store,
    clock,
    log,
    unsentForMs: config.policy.announceUnsentAfterMs,
    contradictedForMs: config.policy.contradictionWaitMs,
    limit: OVERLOOKED_LIMIT,
    everyMs: OVERLOOKED_EVERY_MS,
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

/** The store with the rules that it goes by. */
export function captureStore({ pool, config, random }: Parts, contracts: RegisteredContracts): CaptureStore {
  return createCaptureStore({
    pool,
    fold: (capture, evidence, now) => fold({ capture, evidence, now, random: random() }, config.policy),
    licenceOf: (capture, evidence, now) => licenceOf(capture, evidence, now, config.policy),
    encode: eventEncoder(contracts),
  });
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
