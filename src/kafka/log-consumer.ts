import type { Batch, Consumer, ConsumerGroupJoinEvent, EachBatchPayload, Offsets } from 'kafkajs';
import type { Logger } from 'pino';
import { CaptureWorkerError, messageOf } from '../errors.js';
import type { Commit, LogConsumer, LogHandler, LogMessage, TopicPartition } from '../ports/log.js';
import type { KafkaClient, KafkaClientConfig } from './client.js';
import { openKafkaClient } from './client.js';
import { within } from './deadline.js';
import { logUnavailable, logUnusable, mustRejoin } from './errors.js';
import { toLogMessage } from './log-message.js';
import { beforeRejoining, commitAs, forgetMember } from './membership.js';
import { headersOmitted } from './read-batch.js';

export interface LogConsumerOptions {
  readonly client: KafkaClientConfig;
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly log: Logger;
  /** Told, once, that delivery has ended for good although nobody stopped it: CONSUMER_STOPPED. */
  readonly onFatal: (error: CaptureWorkerError) => void;
  /** How soon the partitions of a process that died go to others, in ms; not below the brokers' `group.min.session.timeout.ms`. */
  readonly sessionTimeoutMs?: number;
  /** How long stopping may take, in ms. */
  readonly stopDeadlineMs?: number;
}

const FETCH_WAIT_MS = 1_000;
/**
 * How much a broker sends at once, of a partition and in all. A batch that is larger comes alone. What is made of it is bounded in
 * fetch-decoding.ts, and more isn't fetched from a broker before all of it was handed over.
 */
const MAX_BYTES_PER_PARTITION = 256 * 1_024;
const MAX_BYTES = 2 * 1_024 * 1_024;
/** How many partitions are handed over side by side; each may wait for room. */
const PARTITIONS_AT_ONCE = 16;
const COMMIT_DEADLINE_MS = 5_000;
/**
 * How long the group waits for a member to join anew before it goes on without it. Above what a member takes that hears of a rebalance as
 * late as may be, lets end what is under way for as long as it may, and waits as long for its last commit as it may.
 */
const REBALANCE_TIMEOUT_MS = 30_000;
/** Which crashes pass by themselves although kafkajs takes them for final, and how long to wait before beginning anew. */
const PASSING_CRASHES: ReadonlySet<string> = new Set([
  'KafkaJSGroupCoordinatorNotFound',
  'KafkaJSLockTimeout',
]);
const RESTART_AFTER_MS = 2_000;
/** How long kafkajs may take to disconnect before it begins anew after a crash; it has been seen to wait for ever. */
const RESTART_DEADLINE_MS = 60_000;

/**
 * The port LogConsumer over a consumer of kafkajs.
 *
 * An epoch is one membership: it begins when the group was joined and its partitions are known. The fetch position moves on when the
 * handler has taken a batch over; offsets are committed only when the handler says so, and only the offsets that it names. Commits go
 * past kafkajs's own retries, which could repeat one after the group has been joined anew.
 */
export function createLogConsumer(options: LogConsumerOptions): LogConsumer {
  const { groupId, topics, log, onFatal, sessionTimeoutMs = 10_000, stopDeadlineMs = 5_000 } = options;
  const client = openKafkaClient(options.client, log);
  const consumer = consumerOf(client, groupId, sessionTimeoutMs);
  let epoch = 0;
  /** Null while no partitions are ours: before the first join, during a rebalance, after a crash. */
  let assigned: ReadonlySet<string> | null = null;
  let commitNow: ((offsets: Offsets) => Promise<void>) | null = null;
  /** Null before the first join. */
  let memberId: string | null = null;
  const stopped = new AbortController();
  let stopping: Promise<void> | null = null;
  let ended = false;
  let restartTimer: NodeJS.Timeout | undefined;

  function listen(handler: LogHandler): void {
    consumer.on('consumer.group_join', ({ payload }: ConsumerGroupJoinEvent) => {
      clearTimeout(restartTimer);
      const partitions = partitionsOf(payload.memberAssignment);
      epoch += 1;
      assigned = new Set(partitions.map(nameOf));
      if (memberId !== payload.memberId) forget();
      memberId = payload.memberId;
      beforeRejoining(memberId, {
        settle: (putOut) => settle(handler, putOut),
        heartbeatEveryMs: heartbeatEvery(sessionTimeoutMs),
      });
      commitNow = (offsets) => commitAs(payload.memberId, offsets);
      handler.assigned(partitions, epoch);
    });
    consumer.on('consumer.stop', () => {
      assigned = null;
      commitNow = null;
      if (stopping !== null) return;
      restartTimer = setTimeout(() => {
        fatal(`Kafka consumer ${groupId} crashed and did not come back; restart the process`, null);
      }, RESTART_DEADLINE_MS);
    });
    consumer.on('consumer.crash', ({ payload: { error, restart } }) => {
      clearTimeout(restartTimer);
      if (restart || stopping !== null) return;
      if (PASSING_CRASHES.has(error.name)) {
        restartTimer = setTimeout(() => void consume(handler), RESTART_AFTER_MS);
        return;
      }
      fatal(`Kafka consumer ${groupId} stopped for good: ${messageOf(error)}`, error);
    });
    consumer.on('consumer.end_batch_process', ({ payload }) => {
      // kafkajs hands over no batch in which there is nothing to deliver; it moves on, and says so here.
      if (payload.batchSize === 0) void passOver(handler, payload);
    });
    consumer.on('consumer.network.request_timeout', ({ payload }) => {
      client.sockets.drop(payload.broker);
    });
  }

  /** Has the handler settle what it has under way while this is still a member, which may commit. False if it leaves anyway. */
  async function settle(handler: LogHandler, putOut: AbortSignal): Promise<boolean> {
    try {
      await handler.revoking(AbortSignal.any([putOut, stopped.signal]));
    } catch (error) {
      log.error({ err: error }, 'giving up partitions failed');
    }
    assigned = null;
    commitNow = null;
    return !stopped.signal.aborted;
  }

  function forget(): void {
    if (memberId !== null) forgetMember(memberId);
  }

  /** Fails by a crash, never by rejecting. */
  async function consume(handler: LogHandler): Promise<void> {
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: PARTITIONS_AT_ONCE,
      eachBatch: (payload) => eachBatch(handler, payload),
    });
  }

  function fatal(message: string, cause: unknown): void {
    if (ended) return;
    ended = true;
    onFatal(new CaptureWorkerError('CONSUMER_STOPPED', message, { cause }));
  }

  async function eachBatch(handler: LogHandler, payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const epochOfBatch = epoch;
    await handler.messages(
      messagesIn(batch),
      epochOfBatch,
      () => heartbeatOrRejoin(payload),
      endOf(batch, batch.lastOffset()),
    );
    // In another epoch this would set a fetch position that isn't this batch's to set.
    if (epoch === epochOfBatch) payload.resolveOffset(batch.lastOffset());
  }

  /** One by one as they are asked for: what waits for room waits as it came. */
  function* messagesIn(batch: Batch): Generator<LogMessage> {
    for (const fetched of batch.messages) {
      const message = toLogMessage(batch, fetched);
      const omitted = headersOmitted(fetched);
      if (omitted !== null)
        log.warn(
          `the message ${nameOf(batch)} at offset ${fetched.offset} has ${omitted} headers, more than are kept; it goes on without them`,
        );
      yield message;
    }
  }

  async function passOver(
    handler: LogHandler,
    { topic, partition, lastOffset }: TopicPartition & { readonly lastOffset: string },
  ): Promise<void> {
    await handler.messages([], epoch, () => Promise.resolve(), endOf({ topic, partition }, lastOffset));
  }

  /**
   * Rejects only if the group must be joined anew. Any other failure passes by itself or shows at the next fetch; handing it to kafkajs
   * here would make it deliver the batch once more within the epoch.
   */
  async function heartbeatOrRejoin(payload: EachBatchPayload): Promise<void> {
    try {
      await payload.heartbeat();
    } catch (error) {
      if (mustRejoin(error)) throw error;
      log.debug({ err: error }, 'a heartbeat failed');
    }
  }

  async function send(offsets: readonly Commit[], through: typeof commitNow): Promise<void> {
    if (offsets.length === 0) return;
    const what = `offsets of group ${groupId} were not committed`;
    if (through === null)
      throw new CaptureWorkerError('LOG_UNAVAILABLE', `${what}: no partitions are assigned`);
    try {
      await within(
        COMMIT_DEADLINE_MS,
        through({ topics: byTopic(offsets) }),
        () => new Error('no answer in time'),
      );
    } catch (error) {
      throw logUnavailable(what, error);
    }
  }

  async function disconnect(): Promise<void> {
    stopped.abort();
    clearTimeout(restartTimer);
    try {
      await within(
        stopDeadlineMs,
        consumer.disconnect(),
        () => new Error(`not within ${String(stopDeadlineMs)} ms`),
      );
    } catch (error) {
      log.warn({ err: error }, `the consumer of group ${groupId} did not leave cleanly: ${messageOf(error)}`);
    }
    forget();
    client.sockets.close();
  }

  const stop = (): Promise<void> => (stopping ??= disconnect());

  async function start(handler: LogHandler): Promise<void> {
    await Promise.race([consumer.connect(), client.trouble.hopeless]);
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await consume(handler);
  }

  /** Rejects as soon as the consumer is stopped: kafkajs itself may go on starting for a while. */
  function untilStopped(): Promise<never> {
    return new Promise((_resolve, reject) => {
      stopped.signal.addEventListener('abort', () => {
        reject(
          new CaptureWorkerError('CONSUMER_STOPPED', `consumer ${groupId} was stopped while it started`),
        );
      });
    });
  }

  return {
    run: async (handler) => {
      listen(handler);
      try {
        await Promise.race([start(handler), untilStopped()]);
      } catch (error) {
        await stop();
        throw logUnusable(`can't consume ${topics.join(', ')}`, error, client.trouble.last());
      }
    },
    commit: async (offsets) => {
      const stranger = offsets.find((commit) => assigned?.has(nameOf(commit)) !== true);
      if (stranger !== undefined) {
        throw new CaptureWorkerError(
          'LOG_UNAVAILABLE',
          `offset of ${nameOf(stranger)} was not committed: the partition isn't assigned to this process now`,
        );
      }
      await send(offsets, commitNow);
    },
    stop,
  };
}

function consumerOf({ kafka }: KafkaClient, groupId: string, sessionTimeout: number): Consumer {
  return kafka.consumer({
    groupId,
    sessionTimeout,
    heartbeatInterval: heartbeatEvery(sessionTimeout),
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
    maxWaitTimeInMs: FETCH_WAIT_MS,
    maxBytesPerPartition: MAX_BYTES_PER_PARTITION,
    maxBytes: MAX_BYTES,
    allowAutoTopicCreation: false,
  });
}

function heartbeatEvery(sessionTimeoutMs: number): number {
  return Math.floor(sessionTimeoutMs * 0.3);
}

function endOf({ topic, partition }: TopicPartition, lastOffset: string): Commit {
  return { topic, partition, offset: BigInt(lastOffset) + 1n };
}

function partitionsOf(assignment: Readonly<Record<string, readonly number[]>>): TopicPartition[] {
  return Object.entries(assignment).flatMap(([topic, partitions]) =>
    partitions.map((partition) => ({ topic, partition })),
  );
}

function byTopic(offsets: readonly Commit[]): Offsets['topics'] {
  const topics = new Map<string, { partition: number; offset: string }[]>();
  for (const { topic, partition, offset } of offsets) {
    const partitions = topics.get(topic) ?? [];
    partitions.push({ partition, offset: offset.toString() });
    topics.set(topic, partitions);
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${String(partition)}`;
}
