import type { Logger } from 'pino';
import type { NotificationConsumerOptions } from '../consumers/capture-notification.js';
import { consumeCaptureNotification } from '../consumers/capture-notification.js';
import type { PendingConsumerOptions } from '../consumers/capture-pending.js';
import { consumeCapturePending } from '../consumers/capture-pending.js';
import type { DeadLetterProducer } from '../producers/dead-letter.js';
import { createNotificationProducer } from '../producers/notification.js';
import type { Runner } from './kafka/runner.js';
import { createRunner } from './kafka/runner.js';
import type { TopicNames } from './kafka/topics.js';
import type { Clock, Random } from './ports/clock.js';
import type { LogConsumer, LogMessage, LogProducer } from './ports/log.js';
import type { ParkedNotifications } from './ports/notification-store.js';
import type { Observer } from './ports/observer.js';
import type { OutboxStore, PromisedInquiry } from './ports/store.js';
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

/** What it reads, writes and calls. */
export interface ReconciliationPorts {
  readonly queue: OutboxStore;
  readonly parked: ParkedNotifications;
  /** Makes the inquiry of a capture due now; false if that changed nothing. */
  readonly wakeInquiry: (captureId: string) => Promise<boolean>;
  readonly wakeAsPromised: (promised: PromisedInquiry) => Promise<boolean>;
  /** Of notifications and of pending events. */
  readonly consumer: LogConsumer;
  readonly decodeNotification: NotificationConsumerOptions['decode'];
  readonly decodeEvent: PendingConsumerOptions['decode'];
  readonly producer: LogProducer;
  readonly topics: Pick<TopicNames, 'capture.notification' | 'capture.pending'>;
}

export interface ReconciliationOptions {
  readonly store: BatchedStore;
  readonly deadLetters: DeadLetterProducer;
  readonly observer: Pick<Observer, 'notification' | 'deadLetter'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly maxInFlight: number;
  readonly commitEveryMs: number;
  readonly onFatal: (error: unknown) => void;
  /** How often parked notifications are looked at, in ms. */
  readonly sweepEveryMs: number;
  /** How often the queue of notifications is looked at, in ms; by default as its producer says. */
  readonly publishEveryMs?: number;
}

export function createReconciliation(
  ports: ReconciliationPorts,
  options: ReconciliationOptions,
): Reconciliation {
  const { parked, topics, producer, wakeInquiry, wakeAsPromised } = ports;
  const { store, deadLetters, observer, clock, random, log, onFatal, publishEveryMs } = options;
  const publisher = createNotificationProducer({
    store: ports.queue,
    producer,
    clock,
    random,
    log,
    ...(publishEveryMs !== undefined && { pollEveryMs: publishEveryMs }),
  });
  const sweep = createParkedSweep({
    parked,
    store,
    clock,
    random,
    observer,
    log,
    everyMs: options.sweepEveryMs,
  });
  const runner = createRunner({
    consumer: ports.consumer,
    process: byTopic({
      [topics['capture.notification']]: consumeCaptureNotification({
        decode: ports.decodeNotification,
        take: (notification) => takeNotification(notification, { store, parked, wake: wakeInquiry, log }),
        deadLetter: (message, rejection) => deadLetters.put(message, rejection),
        observer,
        log,
      }),
      [topics['capture.pending']]: consumeCapturePending({
        decode: ports.decodeEvent,
        wake: wakeAsPromised,
        deadLetter: (message, rejection) => deadLetters.put(message, rejection),
        observer,
        log,
      }),
    }),
    onFatal,
    clock,
    random,
    log,
    maxInFlight: options.maxInFlight,
    commitEveryMs: options.commitEveryMs,
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
