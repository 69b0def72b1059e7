import type pg from 'pg';
import { pino } from 'pino';
import type { Logger } from 'pino';
import { openPool } from './database.js';
import type { CaptureEvent } from './events.js';
import type { KafkaSettings } from './settings.js';
import { subscribe } from './subscribe.js';

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

/**
 * Runs a subscriber as a process: until a signal (exit code 0), or until it can't go on (exit code 1; whatever runs it starts it again).
 * `start` gets the database ready before the first event.
 */
export async function run(
  settings: KafkaSettings & { readonly databaseUrl: string },
  start: (parts: Parts) => Promise<Subscriber>,
): Promise<void> {
  const log = pino({ name: settings.groupId });
  const told = new Promise<null>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        resolve(null);
      });
    }
  });
  try {
    const pool = openPool(settings.databaseUrl, { name: settings.groupId, log });
    const subscriber = await start({ pool, log });
    const subscription = await subscribe(settings, { apply: (event) => subscriber.apply(event), log });
    const error = await Promise.race([told, subscription.failed]);
    if (error !== null) throw error;
    log.info('stopping');
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
