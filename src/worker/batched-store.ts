import type { Capture } from '../capture/capture.js';
import { waitBefore } from '../capture/backoff.js';
import { CaptureWorkerError, hasCode, messageOf } from '../errors.js';
import type { Clock, Random } from '../ports/clock.js';
import type { Observer } from '../ports/observer.js';
import type { CaptureStore, ClaimRequest, ClaimResult, RecordRequest, StartRequest } from '../ports/store.js';
import type { Logger } from 'pino';
import { groupCommit } from './group-commit.js';

/** The store's writes, one item at a time for the caller, grouped underneath. */
export interface BatchedStore {
  /** Rejects with STORE_REFUSED_DATA if this very claim can't be stored. */
  claim(request: ClaimRequest): Promise<ClaimResult>;
  start(request: StartRequest): Promise<Capture | null>;
  /** Rejects with STORE_REFUSED_DATA if this very evidence can't be stored. */
  record(request: RecordRequest): Promise<Capture | null>;
}

export interface BatchedStoreOptions {
  readonly store: CaptureStore;
  readonly maxBatch: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly observer: Observer;
  readonly log: Logger;
  /** Aborted when waiting for a store that is away must end. */
  readonly stop: AbortSignal;
}

const AWAY_BACKOFF = { baseMs: 100, capMs: 5_000 };

/**
 * Groups the store's writes. While the store is away every write waits for it: consumption stands still with it, since messages in
 * flight are bounded, and goes on when it is back.
 */
export function batchStore(options: BatchedStoreOptions): BatchedStore {
  const { store } = options;
  return {
    claim: grouped(
      'claim',
      (items) => store.claim(items),
      ({ capture }) => capture.captureId,
      options,
    ),
    start: grouped(
      'start',
      (items) => store.start(items),
      ({ captureId }) => captureId,
      options,
    ),
    record: grouped(
      'record',
      (items) => store.record(items),
      ({ captureId }) => captureId,
      options,
    ),
  };
}

function grouped<Item, Result>(
  operation: 'claim' | 'start' | 'record',
  write: (items: readonly Item[]) => Promise<readonly Result[]>,
  keyOf: (item: Item) => string,
  { clock, random, observer, log, maxBatch, stop }: BatchedStoreOptions,
): (item: Item) => Promise<Result> {
  return groupCommit({
    keyOf,
    maxBatch,
    write: async (items) => {
      const begun = clock.monotonic();
      const results = await write(items);
      observer.batch(operation, items.length, clock.monotonic() - begun);
      return results;
    },
    onError: (error) => {
      if (hasCode(error, 'STORE_BUSY')) return 'set_aside';
      // Whatever is no outage is one item's doing until shown otherwise: the others must not go down with it.
      return error instanceof CaptureWorkerError && error.retryable ? 'try_again' : 'bisect';
    },
    beforeRetry: async (repetition, error) => {
      const waitMs = waitBefore(repetition, AWAY_BACKOFF, random());
      if (repetition === 1)
        log.warn(
          { operation, err: error },
          `the store can't be written, waiting for it: ${messageOf(error)}`,
        );
      await clock.sleep(waitMs, stop);
      if (stop.aborted) throw new Error('stopped while the store was away');
    },
  });
}
