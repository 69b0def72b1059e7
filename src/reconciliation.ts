import { consumeCaptureNotification } from '../consumers/capture-notification.js';
import { consumeCapturePending } from '../consumers/capture-pending.js';
import type { DeadLetterProducer } from '../producers/dead-letter.js';
import { createNotificationProducer } from '../producers/notification.js';
import { reconciliationGroup } from './kafka/consumption.js';
import { eventDecoder } from './kafka/event-decoder.js';
import { createLogConsumer } from './kafka/log-consumer.js';
import { notificationDecoder } from './kafka/notification-decoder.js';
import { notificationEncoder } from './kafka/notification-encoder.js';
import type { Runner } from './kafka/runner.js';
import { createRunner } from './kafka/runner.js';
import type { RegisteredContracts } from './kafka/schema-registry.js';
import type { Parts } from './parts.js';
import type { LogMessage, LogProducer } from './ports/log.js';
import type { Observer } from './ports/observer.js';
import { createNotificationQueue } from './store/notification-queue.js';
import { createParkedNotifications } from './store/parked-notifications.js';
import { wakeAsPromised, wakeInquiry } from './store/wake.js';
import type { BatchedStore } from './worker/batched-store.js';
import { createParkedSweep } from './worker/join-parked.js';
import { takeNotification } from './worker/take-notification.js';

/** What brings notifications to their captures: the producer of their topic, its consumer, and the sweep of parked ones. */
export interface Reconciliation {
  /** Rejects with LOG_UNAVAILABLE or TOPIC_MISSING; then nothing runs. */
  start(): Promise<void>;
  /** Says that this process has stored a notification, so that it is published at once. Costs nothing when called often. */
  notificationStored(): void;
  /** Stops intake and the sweep, and lets what is under way end. Returns how many messages were left undone. */
  drain(deadlineMs: number): Promise<number>;
  /** Publishes what is queued, for at most `deadlineMs`. */
  stopPublishing(deadlineMs: number): Promise<void>;
  readonly stats: Runner['stats'];
}

/** What of a worker's parts it is made of. */
export interface ReconciliationParts extends Pick<
  Parts,
  'clock' | 'random' | 'log' | 'topics' | 'kafka' | 'pool' | 'registry'
> {
  readonly config: {
    readonly kafka: Pick<Parts['config']['kafka'], 'group'>;
    readonly worker: Pick<Parts['config']['worker'], 'maxInFlight' | 'commitIntervalMs' | 'sessionTimeoutMs'>;
  };
  readonly metrics: Pick<Observer, 'notification' | 'deadLetter'>;
  readonly producer: LogProducer;
}

export interface ReconciliationOptions {
  readonly store: BatchedStore;
  readonly deadLetters: DeadLetterProducer;
  readonly onFatal: (error: unknown) => void;
}

/** How often parked notifications are looked at, in ms. */
const SWEEP_EVERY_MS = 1_000;

export function createReconciliation(
  parts: ReconciliationParts,
  contracts: RegisteredContracts,
  { store, deadLetters, onFatal }: ReconciliationOptions,
): Reconciliation {
  const { config, clock, random, log, metrics, topics, producer, pool, registry } = parts;
  const parked = createParkedNotifications({ pool });
  const publisher = createNotificationProducer({
    store: createNotificationQueue({ pool, encode: notificationEncoder(contracts) }),
    producer,
    clock,
    random,
    log,
  });
  const sweep = createParkedSweep({
    parked,
    store,
    clock,
    random,
    observer: metrics,
    log,
    everyMs: SWEEP_EVERY_MS,
  });
  const runner = createRunner({
    consumer: createLogConsumer({
      client: parts.kafka,
      groupId: reconciliationGroup(config.kafka.group),
      topics: [topics['capture.notification'], topics['capture.pending']],
      sessionTimeoutMs: config.worker.sessionTimeoutMs,
      log,
      onFatal,
    }),
    process: byTopic({
      [topics['capture.notification']]: consumeCaptureNotification({
        decode: notificationDecoder(contracts, { registry, clock }),
        take: (notification) =>
          takeNotification(notification, { store, parked, wake: (id) => wakeInquiry(pool, id), log }),
        deadLetter: (message, rejection) => deadLetters.put(message, rejection),
        observer: metrics,
        log,
      }),
      [topics['capture.pending']]: consumeCapturePending({
        decode: eventDecoder(contracts, { registry, clock }),
        wake: (promised) => wakeAsPromised(pool, promised),
        deadLetter: (message, rejection) => deadLetters.put(message, rejection),
        observer: metrics,
        log,
      }),
    }),
    onFatal,
    clock,
    random,
    log,
    maxInFlight: config.worker.maxInFlight,
    commitEveryMs: config.worker.commitIntervalMs,
  });
  let sweeping: Promise<void> = Promise.resolve();

  return {
    start: async () => {
      await runner.start();
      publisher.start();
      sweeping = sweep.run();
      sweeping.catch(onFatal);
    },
    notificationStored: () => {
      publisher.wake();
    },
    drain: async (deadlineMs) => {
      sweep.stop();
      const [left] = await Promise.all([
        runner.drain(deadlineMs),
        Promise.race([sweeping.catch(() => undefined), clock.sleep(deadlineMs)]),
      ]);
      return left;
    },
    stopPublishing: (deadlineMs) => publisher.stop(deadlineMs),
    stats: () => runner.stats(),
  };
}

/** One consumer of each topic. */
function byTopic(
  consumers: Readonly<Record<string, (message: LogMessage) => Promise<void>>>,
): (message: LogMessage) => Promise<void> {
  return (message) => {
    const consume = consumers[message.topic];
    if (consume === undefined) throw new TypeError(`nobody consumes ${message.topic}`);
    return consume(message);
  };
}
