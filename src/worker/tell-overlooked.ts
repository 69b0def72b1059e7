import type { Logger } from 'pino';
import { messageOf } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import type { OverlookedRequest, WaitingStore } from '../ports/store.js';
import type { BatchedStore } from './batched-store.js';

export interface TellOverlookedOptions extends OverlookedRequest {
  readonly waiting: WaitingStore;
  readonly store: Pick<BatchedStore, 'record'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly everyMs: number;
  readonly stop: AbortSignal;
}

/** A look takes at most this share of the time: one at many thousands of captures is followed by a longer wait. */
const SHARE = 0.05;
/** How long to wait when there was more than one look finds, in ms. */
const MORE_MS = 50;

/**
 * Has captures that wait looked at once more when somebody must be told of them: subscribers of one that couldn't be sent for a while, a
 * person of a contradiction that no inquiry has settled. Looks until stopped.
 *
 * The scheduler takes only what its accounts have room for, so of an account that is slow, full or not open thousands may wait without
 * anybody touching them. They are folded without new evidence, which tells what is to be told, and no more often than that.
 */
export async function tellOverlooked(options: TellOverlookedOptions): Promise<void> {
  const { waiting, store, clock, log, everyMs, stop } = options;
  let failures = 0;
  while (!stop.aborted) {
    const begun = clock.monotonic();
    let found = 0;
    try {
      const captureIds = await waiting.overlooked(options);
      found = captureIds.length;
      await Promise.all(captureIds.map((captureId) => store.record({ captureId, pieces: [] })));
      failures = 0;
    } catch (error) {
      failures += 1;
      // Whoever else needs the database says that it is away; that nobody is told of what waits is worth a line of its own.
      if (failures === 1)
        log.warn({ err: error }, `captures that wait can't be looked at: ${messageOf(error)}`);
    }
    const tookMs = clock.monotonic() - begun;
    const isMore = failures === 0 && found >= options.limit;
    await clock.sleep(isMore ? MORE_MS : Math.max(everyMs, tookMs / SHARE), stop);
  }
}
