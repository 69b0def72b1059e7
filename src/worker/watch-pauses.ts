import type { Logger } from 'pino';
import type { Clock } from '../ports/clock.js';
import type { Observer } from '../ports/observer.js';
import type { AccountPause } from '../ports/pauses.js';

export interface WatchPausesOptions {
  /** All pauses there are. */
  readonly list: () => Promise<readonly AccountPause[]>;
  readonly clock: Clock;
  readonly observer: Pick<Observer, 'paused'>;
  readonly log: Logger;
  readonly everyMs: number;
  readonly stop: AbortSignal;
}

/**
 * Tells people which accounts are paused, until stopped: a line and a metric for each change. It looks now and then, so a change tells
 * once, and accounts that are paused and resumed in quick turns don't fill the log. Nothing depends on it: what may be sent the database
 * decides.
 */
export async function watchPauses({
  list,
  clock,
  observer,
  log,
  everyMs,
  stop,
}: WatchPausesOptions): Promise<void> {
  let known = new Map<string, AccountPause>();
  while (!stop.aborted) {
    const pauses = await list().catch(() => null);
    // Whoever else needs the database says that it is away.
    if (pauses !== null) {
      const now = new Map(pauses.map((pause) => [pause.account, pause]));
      for (const pause of now.values()) if (!isSame(known.get(pause.account), pause)) tellPaused(pause);
      for (const { account } of known.values()) if (!now.has(account)) tellResumed(account);
      known = now;
    }
    await clock.sleep(everyMs, stop);
  }

  function tellPaused({ account, pausedAt, pausedBy, reason }: AccountPause): void {
    observer.paused(account, true);
    log.warn(
      { account, since: pausedAt.toISOString(), by: pausedBy, reason },
      `account ${account} is paused by ${pausedBy}: nothing is sent through it until it is resumed`,
    );
  }

  function tellResumed(account: string): void {
    observer.paused(account, false);
    log.info({ account }, `account ${account} is no longer paused`);
  }
}

function isSame(one: AccountPause | undefined, other: AccountPause): boolean {
  return one?.pausedAt.getTime() === other.pausedAt.getTime();
}
