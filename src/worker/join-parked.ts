import type { Logger } from 'pino';
import type { Backoff } from '../capture/backoff.js';
import { waitBefore } from '../capture/backoff.js';
import { captureIdOf } from '../capture/ids.js';
import { hasCode, messageOf } from '../errors.js';
import { idsOf } from '../log.js';
import type { Clock, Random } from '../ports/clock.js';
import type {
  NotifiedEvidence,
  ParkedNotifications,
  ParkedPlace,
  JoinRequest,
} from '../ports/notification-store.js';
import type { Observer } from '../ports/observer.js';
import type { BatchedStore } from './batched-store.js';
import { recordNotification } from './take-notification.js';

/**
 * The sweep joins parked notifications with captures that exist by now: they become evidence, and then they are parked no longer.
 *
 * Nearly all wait for milliseconds, and some for ever, since their payment is captured by somebody else. So the longer one waits, the more
 * seldom it is looked at: each look reaches back as many minutes as the largest power of two by which its number divides, and now and then
 * over all. A notification that has waited for an hour is looked at about once a minute. A look goes page by page, so that none of its
 * statements takes long, however many are parked.
 *
 * Any number of workers may sweep: evidence that is recorded twice is one row.
 */
export interface ParkedSweep {
  /** Looks until stopped. Never rejects. */
  run(): Promise<void>;
  stop(): void;
}

export interface ParkedSweepOptions {
  readonly parked: Pick<ParkedNotifications, 'joinable' | 'joined'>;
  readonly store: Pick<BatchedStore, 'record'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly observer: Pick<Observer, 'notification'>;
  readonly log: Logger;
  /** How long to wait between two looks, in ms. */
  readonly everyMs: number;
  /** How many are looked at in one statement. */
  readonly pageSize?: number;
}

const AWAY: Backoff = { baseMs: 500, capMs: 10_000 };
const MINUTE_MS = 60_000;
/** A look that would reach further, in minutes, looks at all. */
const FURTHEST = 1_024;

export function createParkedSweep(options: ParkedSweepOptions): ParkedSweep {
  const { parked, clock, random, observer, log, everyMs, pageSize = 500 } = options;
  const stopping = new AbortController();

  /** One look, from its first page to its last. */
  async function sweep(look: number): Promise<void> {
    const parkedWithinMs = reachOf(look);
    let after: ParkedPlace | null = null;
    do after = await sweepPage({ parkedWithinMs, after, limit: pageSize });
    while (after !== null && !stopping.signal.aborted);
  }

  /** Where the page ended; null if it was the last. */
  async function sweepPage(page: JoinRequest): Promise<ParkedPlace | null> {
    const { found, end } = await parked.joinable(page);
    const joined = await Promise.all(found.map(joinOne));
    const done = found.filter((_, index) => joined[index] === true);
    await parked.joined(done.map(({ notificationId }) => notificationId));
    return end;
  }

  async function joinOne(notification: NotifiedEvidence): Promise<boolean> {
    const { notificationId } = notification;
    const capture = await recordNotification(captureIdOf(notification), notification, options).catch(
      (error: unknown) => {
        if (!hasCode(error, 'STORE_REFUSED_DATA')) throw error;
        log.error(
          { notificationId, err: error },
          `a parked notification can't be recorded, it stays parked: ${messageOf(error)}`,
        );
        return null;
      },
    );
    if (capture === null) return false;
    observer.notification(notification.provider, 'joined');
    log.info(
      { notificationId, ...idsOf(capture), state: capture.status.state },
      'a notification that came before its capture was joined with it',
    );
    return true;
  }

  return {
    run: async () => {
      let failures = 0;
      for (let look = 0; !stopping.signal.aborted; look += 1) {
        try {
          await sweep(look);
          failures = 0;
          await clock.sleep(everyMs, stopping.signal);
        } catch (error) {
          failures += 1;
          if (failures === 1)
            log.warn(
              { err: error },
              `parked notifications can't be joined, trying again: ${messageOf(error)}`,
            );
          await clock.sleep(waitBefore(failures, AWAY, random()), stopping.signal);
        }
      }
    },
    stop: () => {
      stopping.abort();
    },
  };
}

/** How far a look reaches back, in ms; null for all. The first one, of a worker that starts, looks at all. */
export function reachOf(look: number): number | null {
  const minutes = look & -look;
  return minutes === 0 || minutes >= FURTHEST ? null : minutes * MINUTE_MS;
}
