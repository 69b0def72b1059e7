import type { Logger } from 'pino';
import type { Backoff } from '../src/capture/backoff.js';
import { waitBefore } from '../src/capture/backoff.js';
import { messageOf } from '../src/errors.js';
import type { Clock, Random } from '../src/ports/clock.js';
import type { LogProducer } from '../src/ports/log.js';
import type { OutboxStore } from '../src/ports/store.js';

/**
 * The outbox relay appends what the captures have to tell to the log.
 *
 * *Idle.* The relay holds no shard. Each `acquireEveryMs` it tries to become the publisher of shards that nobody publishes.
 *
 * *Publishing.* It holds shards. It takes the oldest queued events, at most one of each capture; appends them in one batch; and takes them
 * off the queue once all are acknowledged. Only then does it look again, so two events of one capture are never under way together and
 * arrive in their order. It goes on until the queue is empty, then waits to be woken by a commit in this process, or for `pollEveryMs`,
 * since other processes commit too. Each `acquireEveryMs` it also tries for further shards, of workers that died.
 *
 * *Away.* The store or the log failed. The relay waits, longer each time up to a cap, and begins again by acquiring: if the session that
 * held the shards was lost, so were they. Events that were acknowledged but not taken off the queue are taken off first, which spares
 * subscribers most repetitions; the rest are appended again, as at-least-once allows. The outage is logged when it begins and when it
 * ends.
 *
 * *Stopping.* What is queued is still published until the queue is seen empty or the deadline passes; then the shards are released for
 * others. A relay that is away when it is asked to stop tries once more.
 */
export interface OutboxRelay {
  /** Starts the loop; it ends only by `stop`. */
  start(): void;
  /** Says that there may be something to publish. Costs nothing when called often. */
  wake(): void;
  /** Publishes what is queued, for at most `deadlineMs`, and releases the shards. Doesn't reject. */
  stop(deadlineMs: number): Promise<void>;
  stats(): RelayStats;
}

export interface RelayStats {
  readonly published: number;
  readonly batches: number;
  /** Failed rounds, whatever failed. */
  readonly failures: number;
  readonly shards: readonly number[];
  /** Since when the store or the log is away; null if they aren't. */
  readonly awaySince: Date | null;
  /** When the queue was last seen empty; null before the first time. */
  readonly drainedAt: Date | null;
}

export interface OutboxRelayOptions {
  readonly store: OutboxStore;
  readonly producer: LogProducer;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** What is published, for the log; events if not given. */
  readonly what?: string;
  readonly batchSize?: number;
  readonly pollEveryMs?: number;
  readonly acquireEveryMs?: number;
}

const AWAY: Backoff = { baseMs: 400, capMs: 10_000 };

export function createOutboxRelay(options: OutboxRelayOptions): OutboxRelay {
  const { store, producer, clock, random, log } = options;
  const { what = 'events', batchSize = 500, pollEveryMs = 200, acquireEveryMs = 5_000 } = options;
  const stopping = new AbortController();
  const cutOff = new AbortController();
  const counts = { published: 0, batches: 0, failures: 0 };
  let shards: readonly number[] = [];
  let acquiredAt: number | null = null;
  /** Acknowledged by the log, and not yet taken off the queue. */
  let acknowledged: readonly bigint[] = [];
  let awaySince: Date | null = null;
  let drainedAt: Date | null = null;
  let woken = false;
  let nap = new AbortController();
  let loop: Promise<void> = Promise.resolve();
  let stopped: Promise<void> | null = null;

  async function run(): Promise<void> {
    let failures = 0;
    while (!cutOff.signal.aborted) {
      try {
        const more = await publishOnce();
        if (failures > 0) noteReturn();
        failures = 0;
        if (more) continue;
        if (stopping.signal.aborted) break;
        await rest(shards.length === 0 ? acquireEveryMs : pollEveryMs);
      } catch (error) {
        failures += 1;
        noteFailure(error, failures);
        if (stopping.signal.aborted) break;
        await clock.sleep(waitBefore(failures, AWAY, random()), stopping.signal);
      }
    }
  }

  /** One round; true if there may be more to publish at once. */
  async function publishOnce(): Promise<boolean> {
    // What is committed from here on is seen by the look below, or wakes for another.
    woken = false;
    await acquireIfDue();
    if (shards.length === 0) return false;
    await unqueueAcknowledged();
    const events = await store.next(batchSize);
    if (events.length === 0) {
      drainedAt = clock.now();
      return false;
    }
    await producer.append(events.map(({ record }) => record));
    acknowledged = events.map(({ queueId }) => queueId);
    counts.published += events.length;
    counts.batches += 1;
    await unqueueAcknowledged();
    return true;
  }

  async function acquireIfDue(): Promise<void> {
    const now = clock.monotonic();
    if (acquiredAt !== null && now - acquiredAt < acquireEveryMs) return;
    const held = await store.acquire();
    acquiredAt = now;
    if (held.join() !== shards.join())
      log.info({ shards: held }, `the shards of ${what} published here changed`);
    shards = held;
  }

  async function unqueueAcknowledged(): Promise<void> {
    if (acknowledged.length === 0) return;
    await store.published(acknowledged);
    acknowledged = [];
  }

  function noteFailure(error: unknown, failures: number): void {
    counts.failures += 1;
    // The session may be gone and the shards with it: acquiring tells.
    acquiredAt = null;
    if (failures > 1) return;
    awaySince = clock.now();
    log.warn({ err: error }, `${what} can't be published, trying on: ${messageOf(error)}`);
  }

  function noteReturn(): void {
    log.info({ awaySince: awaySince?.toISOString() }, `${what} are published again`);
    awaySince = null;
  }

  /** Waits until woken, for at most `ms`. */
  async function rest(ms: number): Promise<void> {
    nap = new AbortController();
    if (!woken) await clock.sleep(ms, nap.signal);
  }

  function wake(): void {
    woken = true;
    // Without a shard there is nothing to wake for.
    if (shards.length > 0 || stopping.signal.aborted) nap.abort();
  }

  async function stopOnce(deadlineMs: number): Promise<void> {
    stopping.abort();
    wake();
    const ended = new AbortController();
    const end = loop.finally(() => {
      ended.abort();
    });
    await Promise.race([end, clock.sleep(deadlineMs, ended.signal)]);
    if (!ended.signal.aborted)
      log.warn(`the queue of ${what} was not drained in time; what is left is published by another worker`);
    cutOff.abort();
    try {
      await store.release();
    } catch (error) {
      log.warn({ err: error }, `the shards of ${what} were not released: ${messageOf(error)}`);
    }
    shards = [];
  }

  return {
    start: () => {
      loop = run();
    },
    wake,
    stop: (deadlineMs) => (stopped ??= stopOnce(deadlineMs)),
    stats: () => ({ ...counts, shards, awaySince, drainedAt }),
  };
}
