import type { Logger } from 'pino';
import type { Backoff } from '../capture/backoff.js';
import { waitBefore } from '../capture/backoff.js';
import { CaptureWorkerError, messageOf } from '../errors.js';
import type { Clock, Random } from '../ports/clock.js';
import type { Commit, LogConsumer, LogHandler, LogMessage, TopicPartition } from '../ports/log.js';
import { createCommitter } from './committer.js';
import { bytesOf, detached, laneOf } from './held-message.js';
import { createLanes } from './lanes.js';
import { createStint } from './stint.js';
import type { Stint } from './stint.js';
import { createWaitingLine } from './waiting-line.js';
import type { PartitionPosition, Ticket } from './watermark.js';
import { createWatermarks } from './watermark.js';

/**
 * The runner stands between a log and whatever processes one message: it decides what runs, when, and what may be committed.
 *
 * *Consuming.* Each batch is handed to the lanes message by message. If the lanes are full, by number or by bytes, the batch waits, with
 * heartbeats, so that a slow provider slows the intake and not the membership in the group. A message whose processing fails in a way that
 * can pass (a coded error that is retryable) is tried again, and its lane waits with it. The watermark is committed each `commitEveryMs`
 * if it moved.
 *
 * *Losing partitions.* When a rebalance begins, messages that haven't started are forgotten, and those that wait for another try are given
 * up: they are delivered again, here or elsewhere. Those under way have `settleMs` to end, since the whole group waits for it. Then the
 * watermark is committed; what ends later commits nothing and is delivered again. If there is no use in waiting, nobody waits.
 *
 * *Draining.* Intake stops, messages that were handed over are worked off until the deadline, the watermark is committed, and the
 * consumer stops. What is left is delivered again elsewhere. A rebalance meanwhile waits as long as it may for the consumer to leave, for
 * who is about to leave needs no partitions.
 *
 * *Failed.* Processing may reject for nothing else: if it does, it is a fault of this program. The message must not be skipped, and
 * trying the same again would not help. So nothing more starts, the message stays uncommitted, and `onFatal` is told, once.
 */
export interface Runner {
  /** Joins the group and begins. Rejects with LOG_UNAVAILABLE or TOPIC_MISSING. */
  start(): Promise<void>;
  /** Works off what was handed over, for at most `deadlineMs`, commits, and leaves. Returns how many messages were left undone. */
  drain(deadlineMs: number): Promise<number>;
  stats(): RunnerStats;
}

export interface RunnerStats {
  readonly inFlight: number;
  /** Handed over and not started: behind their key, or waiting for a place. */
  readonly queued: number;
  /** What both take in memory, in bytes. */
  readonly heldBytes: number;
  readonly completed: number;
  /** Tries again of messages whose processing failed in a way that can pass. */
  readonly retries: number;
  /** Started, and given up uncompleted: their partition went elsewhere while they waited for a try, or the runner failed or closed. */
  readonly abandoned: number;
  /** Forgotten before they started, for the same reasons. */
  readonly dropped: number;
  readonly commits: number;
  readonly commitFailures: number;
  readonly partitions: readonly PartitionPosition[];
}

export interface RunnerOptions {
  readonly consumer: LogConsumer;
  /** Resolves when the message may be committed. Rejects with a retryable error if what it needs is away; must be safe to repeat. */
  readonly process: (message: LogMessage) => Promise<void>;
  readonly onFatal: (error: CaptureWorkerError) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** How many messages are processed at once. */
  readonly maxInFlight: number;
  /** How many are in flight or wait behind their key; by default four times `maxInFlight`. */
  readonly maxHeld?: number;
  /** How much memory these may take, in bytes; one message more than fits is held, so that the largest can go alone. */
  readonly maxHeldBytes?: number;
  readonly commitEveryMs?: number;
  /** The longest that a waiting batch goes without a heartbeat; well below the session timeout. */
  readonly heartbeatEveryMs?: number;
  /** How long what is under way may take to end when a rebalance begins; with the last commit, below the group's rebalance timeout. */
  readonly settleMs?: number;
}

/** Far more than messages of the usual size take, at the usual number of them. */
const MAX_HELD_BYTES = 64 * 1_024 * 1_024;
/** Longer than a provider takes that answers at all, as a rule, and so short that a silent one doesn't hold up a group for long. */
const SETTLE_MS = 10_000;
const RETRY: Backoff = { baseMs: 200, capMs: 5_000 };

export function createRunner(options: RunnerOptions): Runner {
  const { consumer, process, onFatal, clock, random, log, maxInFlight } = options;
  const { maxHeld = 4 * maxInFlight, maxHeldBytes = MAX_HELD_BYTES } = options;
  const { commitEveryMs = 1_000, heartbeatEveryMs = 1_000, settleMs = SETTLE_MS } = options;
  const lanes = createLanes({ maxRunning: maxInFlight, maxHeld, maxHeldBytes });
  const waiting = createWaitingLine(clock);
  const watermarks = createWatermarks();
  const committer = createCommitter({
    watermarks,
    commit: (offsets) => consumer.commit(offsets),
    clock,
    log,
    everyMs: commitEveryMs,
  });
  const counts = { completed: 0, retries: 0, abandoned: 0, dropped: 0 };
  /** Of the abandoned, those that were still ours to do. */
  let undone = 0;
  /** Aborted when everything must end, done or not. */
  const closing = new AbortController();
  let stint = createStint();
  let taking = true;
  let failed = false;
  let draining: Promise<number> | null = null;
  let committing: Promise<void> = Promise.resolve();

  lanes.onLess(passOnRoom);
  const isClosed = (): boolean => closing.signal.aborted;

  function passOnRoom(): void {
    if (lanes.hasRoom) waiting.wakeNext();
  }

  async function takeBatch(
    batch: Iterable<LogMessage>,
    epoch: number,
    heartbeat: () => Promise<void>,
    end: Commit,
  ): Promise<void> {
    try {
      if (await handOver(batch, epoch, heartbeat)) watermarks.passOver(end, epoch);
    } finally {
      // A large message that ends makes room for more than the batch that was woken may need.
      passOnRoom();
    }
  }

  /** False if not all of them were handed over. */
  async function handOver(
    batch: Iterable<LogMessage>,
    epoch: number,
    heartbeat: () => Promise<void>,
  ): Promise<boolean> {
    const isOver = (): boolean => isClosed() || stint.ending.aborted || watermarks.epoch !== epoch;
    let heartbeatAt = clock.monotonic() + heartbeatEveryMs;
    for (const message of batch) {
      while (!isOver() && !(taking && lanes.hasRoom)) {
        await waiting.wait(heartbeatAt - clock.monotonic());
        if (clock.monotonic() < heartbeatAt) continue;
        await heartbeat();
        heartbeatAt = clock.monotonic() + heartbeatEveryMs;
      }
      if (isOver()) return false;
      if (watermarks.isRewind(message))
        log.warn(placeOf(message), 'the position of a partition was set back; messages come again');
      const ticket = watermarks.handOver(message, epoch);
      if (ticket === null) return false;
      const own = detached(message);
      const ofStint = stint;
      lanes.add(laneOf(own), bytesOf(own), () => work(own, ticket, ofStint));
    }
    return true;
  }

  /** Never rejects: it ends with the message complete, or left for another delivery. */
  async function work(message: LogMessage, ticket: Ticket, ofStint: Stint): Promise<void> {
    const ended = ofStint.begin();
    try {
      await processToItsEnd(message, ticket, ofStint);
    } finally {
      ended();
    }
  }

  async function processToItsEnd(message: LogMessage, ticket: Ticket, ofStint: Stint): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await process(message);
        counts.completed += 1;
        ticket.complete();
        return;
      } catch (error) {
        if (!(await mayTryAgain(message, ticket, ofStint, tries, error))) {
          counts.abandoned += 1;
          if (ticket.isCurrent && !ofStint.ending.aborted) undone += 1;
          return;
        }
        counts.retries += 1;
      }
    }
  }

  /** Waits before the next try of a message. False if there is to be none. */
  async function mayTryAgain(
    message: LogMessage,
    ticket: Ticket,
    ofStint: Stint,
    tries: number,
    error: unknown,
  ): Promise<boolean> {
    // Once it is delivered elsewhere, trying on would only be a second hand on it.
    const isOver = (): boolean => isClosed() || failed || !ticket.isCurrent;
    if (isOver()) return false;
    if (!(error instanceof CaptureWorkerError && error.retryable)) {
      fail(message, error);
      return false;
    }
    if (tries === 1)
      log.warn({ ...placeOf(message), err: error }, `a message waits for what is away: ${error.message}`);
    await clock.sleep(waitBefore(tries, RETRY, random()), ofStint.ending);
    return !isOver() && !ofStint.ending.aborted;
  }

  function fail(message: LogMessage, error: unknown): void {
    const place = placeOf(message);
    log.fatal({ ...place, err: error }, 'processing a message failed unexpectedly; it is not committed');
    // A drain ends the process anyway, and what it cuts off may fail for that alone.
    if (draining !== null) return;
    failed = true;
    taking = false;
    counts.dropped += lanes.dropQueued();
    onFatal(
      new CaptureWorkerError(
        'CONSUMER_STOPPED',
        `processing ${nameOf(message)} at offset ${place.offset} failed unexpectedly: ${messageOf(error)}; ` +
          'the message is uncommitted and is delivered again after a restart',
        { cause: error },
      ),
    );
  }

  const handler: LogHandler = {
    messages: takeBatch,
    assigned: (partitions, epoch) => {
      // Also when no rebalance was announced, as after a session that ran out.
      giveUpUnstarted();
      stint = createStint();
      watermarks.assign(partitions, epoch);
      log.info({ epoch, partitions: partitions.map(nameOf) }, 'partitions were assigned');
    },
    revoking: async (over) => {
      const ofStint = stint;
      giveUpUnstarted();
      // A drain ends by leaving the group, and that aborts `over`.
      await sleepUntil(() => draining === null && ofStint.underWay === 0, settleMs, over);
      if (ofStint.underWay > 0)
        log.info(
          { messages: ofStint.underWay },
          'messages are still under way at a rebalance; they come again',
        );
      try {
        await committer.now();
      } catch (error) {
        log.info({ err: error }, 'offsets were not committed in time for the rebalance; messages come again');
      }
      watermarks.revoke();
    },
  };

  function giveUpUnstarted(): void {
    stint.end();
    counts.dropped += lanes.dropQueued();
    waiting.wakeAll();
  }

  async function drainOnce(deadlineMs: number): Promise<number> {
    taking = false;
    await sleepUntil(() => lanes.running + lanes.queued === 0, deadlineMs);
    const left = lanes.running + lanes.queued + undone;
    closing.abort();
    giveUpUnstarted();
    await committing;
    try {
      await committer.now();
    } catch (error) {
      log.warn(
        { err: error },
        `the last offsets were not committed, messages come again: ${messageOf(error)}`,
      );
    }
    await consumer.stop();
    return left;
  }

  /** Until work has become so little that it `isEnough`, but no longer than `ms`, nor than until `over` aborts. */
  async function sleepUntil(isEnough: () => boolean, ms: number, over?: AbortSignal): Promise<void> {
    const enough = new AbortController();
    const endIfEnough = (): void => {
      if (isEnough()) enough.abort();
    };
    const forget = lanes.onLess(endIfEnough);
    endIfEnough();
    await clock.sleep(ms, over === undefined ? enough.signal : AbortSignal.any([enough.signal, over]));
    forget();
  }

  return {
    start: async () => {
      await consumer.run(handler);
      committing = committer.run(closing.signal);
    },
    drain: (deadlineMs) => (draining ??= drainOnce(deadlineMs)),
    stats: () => ({
      inFlight: lanes.running,
      queued: lanes.queued,
      heldBytes: lanes.heldBytes,
      ...counts,
      commits: committer.commits,
      commitFailures: committer.failures,
      partitions: watermarks.positions(),
    }),
  };
}

function placeOf({ topic, partition, offset }: LogMessage): {
  topic: string;
  partition: number;
  offset: string;
} {
  return { topic, partition, offset: offset.toString() };
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${String(partition)}`;
}
