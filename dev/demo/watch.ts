import type pg from 'pg';
import { pino } from 'pino';
import { createLagReader } from '../../src/kafka/lag.js';
import { topicNames } from '../../src/kafka/topics.js';
import { throwIfStopped } from '../stack/wait-until.js';
import type { Unsettled } from './chaos/unsettled.js';
import { isSettled, readUnsettled } from './chaos/unsettled.js';
import type { Standing } from './collect.js';
import { standingOf } from './collect.js';
import type { Scene } from './scene.js';
import type { Behind } from './watch-subscribers.js';
import { readBehind } from './watch-subscribers.js';

export interface Progress extends Standing, Behind {
  /** Messages that the worker's group hasn't done. */
  readonly lag: bigint;
  /** What is still to come of open captures; null if that isn't waited for. */
  readonly unsettled: Unsettled | null;
}

export interface WatchOptions {
  readonly onProgress: (progress: Progress) => void;
  /** Throws if watching on makes no sense, as when the worker is gone. */
  readonly check: () => Promise<void>;
  /** Whether the two subscribers are there, and to be waited for. */
  readonly subscribers?: true;
  /** Whether all that can have an outcome is waited for. */
  readonly settling?: boolean;
  readonly signal: AbortSignal;
}

/** Work is taken for stuck when nothing has changed for so long. */
const STUCK_MS = 60_000;
const LOOK_EVERY_MS = 200;

/**
 * Watches the worker until `done` says so, by default when every message is done, every event published, and every subscriber through with
 * them. Also returns when nothing has changed for a minute: what is missing by then is for the comparison of the books to say.
 */
export async function watchUntil(
  scene: Scene,
  pool: pg.Pool,
  { onProgress, check, subscribers, settling, signal }: WatchOptions,
  done: (progress: Progress) => boolean = isDone,
): Promise<void> {
  const client = { brokers: scene.stack.env.KAFKA_BROKERS.split(','), clientId: 'demo' };
  const reader = createLagReader({ client, log: pino({ level: 'silent' }) });
  const topic = topicNames(scene.topicPrefix)['order.fulfilled'];
  let last = '';
  let changedAt = performance.now();
  try {
    for (;;) {
      throwIfStopped(signal);
      const standing = await standingOf(pool);
      const lag = (await reader.read(scene.group, [topic])).reduce(
        (sum, partition) => sum + partition.lag,
        0n,
      );
      const unsettled = settling === true ? await readUnsettled(scene, pool, reader) : null;
      // After the worker's own standing: what it has published by then is what they must have read.
      const behind = subscribers === true ? await readBehind(scene, pool, reader) : { unread: 0n, untold: 0 };
      const progress = { ...standing, lag, unsettled, ...behind };
      onProgress(progress);
      if (done(progress)) return;
      await check();
      const now = JSON.stringify(
        [standing, lag, behind, unsettled === null ? null : { ...unsettled, sinceMs: 0 }],
        (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
      );
      if (now !== last) changedAt = performance.now();
      else if (performance.now() - changedAt > STUCK_MS) return;
      last = now;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  } finally {
    await reader.close();
  }
}

export function isDone(progress: Progress): boolean {
  return isWorkerDone(progress) && progress.unread === 0n && progress.untold === 0;
}

export function isWorkerDone({ lag, open, queued, unsettled }: Progress): boolean {
  return lag === 0n && open === 0 && queued === 0 && (unsettled === null || isSettled(unsettled));
}
