import type { Logger } from 'pino';
import type { Restoration } from '../capture/assumption.js';
import { CaptureWorkerError } from '../errors.js';
import type { CaptureStore } from '../ports/store.js';

/** A page of captures whose last attempt is assumed now, and where the next page begins; null if there is none. */
export interface DistrustedPage {
  readonly captureIds: readonly string[];
  readonly next: string | null;
}

export interface DistrustOptions {
  readonly restoration: Restoration;
  /** The database's time. */
  readonly now: () => Promise<Date>;
  /** The page after that capture; null for the first. Those that are distrusted already aren't on it. */
  readonly distrust: (after: string | null) => Promise<DistrustedPage>;
  readonly store: Pick<CaptureStore, 'record'>;
  readonly log: Logger;
  /** Aborted when the start is given up. */
  readonly stop: AbortSignal;
}

/**
 * Goes through all captures without an outcome before anything is sent or asked: what is known of them is from before the database was
 * restored. Begun again, by this worker or another, it passes over those that were done. Rejects with CONFIG_INVALID if the restoration is
 * yet to come: the next start, at another time of day, would take it for the same one.
 */
export async function distrustRestored(options: DistrustOptions): Promise<void> {
  const { restoration, now, distrust, store, log, stop } = options;
  if (restoration.at > (await now()))
    throw new CaptureWorkerError(
      'CONFIG_INVALID',
      `CAPTURE_WORKER_INQUIRE_FIRST is ${restoration.at.toISOString()}, which is yet to come by the database's clock: ` +
        'give the moment at which the database came back, in UTC',
    );
  let count = 0;
  let after: string | null = null;
  do {
    if (stop.aborted) return;
    const page = await distrust(after);
    if (page.captureIds.length > 0)
      await store.record(page.captureIds.map((captureId) => ({ captureId, pieces: [] })));
    count += page.captureIds.length;
    after = page.next;
  } while (after !== null);
  log.warn(
    { restoredAt: restoration.at, unverifiable: restoration.unverifiable, distrusted: count },
    'inquire-first: the database was restored, so nothing is sent before its provider says that it is needed. Once both groups have read ' +
      'what was there at this start, restart without CAPTURE_WORKER_INQUIRE_FIRST',
  );
}
