import type pg from 'pg';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { openPool } from './database.js';
import type { CaptureEvent } from './events.js';
import type { KafkaSettings } from './settings.js';
import type { Subscription } from './subscribe.js';
import { subscribe } from './subscribe.js';
import { requireTopics, withAdmin } from './topics.js';

export interface Parts {
  readonly pool: pg.Pool;
  readonly log: Logger;
}

/** What a subscriber does with the events. */
export interface Subscriber {
  /** Applies an event; rejects if it could not. Called again with events that were applied before. */
  apply(event: CaptureEvent): Promise<void>;
  /** Ends what it does beside that, if anything. */
  close?(): Promise<void>;
}

/** How long what is under way may take to end after a signal. The next process would do it again, and lose nothing. */
const STOP_WITHIN_MS = 10_000;

/**
 * Runs a subscriber as a process: until a signal (exit code 0), or until it can't go on (exit code 1; whatever runs it starts it again).
 * A signal is obeyed at once while it starts; later it ends what is under way first, and the exit code is 1 if that takes too long.
 * `start` gets the database ready before the first event.
 */
export async function run(
  settings: KafkaSettings & { readonly databaseUrl: string },
  start: (parts: Parts) => Promise<Subscriber>,
): Promise<void> {
  const log = pino({ name: settings.groupId });
  for (const record of settings.skip) {
    log.warn(`SKIP: ${record} is left out; what it says will be missing until a newer event of its capture`);
  }
  const told = new Promise<null>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        resolve(null);
      });
    }
  });
  try {
    const pool = openPool(settings.databaseUrl, { name: settings.groupId, log });
    const starting = startAll(settings, { pool, log }, start);
    const started = await Promise.race([told, starting]);
    if (started === null) {
      // Whatever it waits for, nothing was begun that a crash would harm.
      log.info('stopped as it started');
      process.exit(0);
    }
    const { subscriber, subscription } = started;
    const error = await Promise.race([told, subscription.failed]);
    if (error !== null) throw error;
    log.info('stopping');
    setTimeout(() => {
      log.fatal(`it could not stop within ${String(STOP_WITHIN_MS)} ms`);
      process.exit(1);
    }, STOP_WITHIN_MS).unref();
    await subscription.close();
    await subscriber.close?.();
    await pool.end();
    log.info('stopped');
  } catch (error) {
    log.fatal({ err: error }, error instanceof Error ? error.message : String(error));
    // At once, whatever is still open: a crash at any point is harmless, a process that neither works nor ends is not.
    process.exit(1);
  }
}

async function startAll(
  settings: KafkaSettings,
  parts: Parts,
  start: (parts: Parts) => Promise<Subscriber>,
): Promise<{ subscriber: Subscriber; subscription: Subscription }> {
  const { log } = parts;
  // Before anything is made: the database answers, and the topics are there.
  await parts.pool.query('select');
  await withAdmin(settings, log, (admin) => requireTopics(admin, settings));
  const subscriber = await start(parts);
  return {
    subscriber,
    subscription: await subscribe(settings, { apply: (event) => subscriber.apply(event), log }),
  };
}
