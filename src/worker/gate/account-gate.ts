import type { Clock, Random } from '../../ports/clock.js';
import type { GateChange, GateState, StandingOptions, Told } from './standing.js';
import { createStanding } from './standing.js';
import type { TokenBucketOptions } from './token-bucket.js';
import { createTokenBucket } from './token-bucket.js';
import type { Comer } from './two-lines.js';
import { createTwoLines } from './two-lines.js';

/**
 * The gate before one account: every call to its provider, capture or inquiry, goes through it.
 *
 * While it is open (standing.ts) as many calls are under way as the account may have, and no more begin than its rate limit lets. Who comes
 * when all places are taken waits in a line that is as long as there are places, or as the rate limit lets through soon. An order that
 * finds the line full is turned away if another account could use the place in memory that it takes; if none could, it waits all the same:
 * what isn't taken from Kafka costs nothing. Of due captures only so many are brought here as there is room for, so they may wait.
 *
 * While it isn't open all are turned away, those in the line too, but for a probe now and then. Whoever is turned away is told when it makes
 * sense to come again. Nobody waits here for a provider that doesn't work: what waits does so in the database, and costs others neither
 * places nor memory.
 */
export interface AccountGate {
  /** Resolves with a place among the calls under way, or with why there is none. */
  enter(comer: Comer): Promise<Entry>;
  /** How many due captures can be brought here now without waiting for long; 1 while only a probe can be made. */
  readonly room: number;
  /** Whether so much room is left that it is worth looking for more due captures. */
  readonly isRoomy: boolean;
  /** Whether an order that came now would be sent at once: intake is all that it lacks. */
  readonly isHungry: boolean;
  /** Calls `listener` when there may be more room than before, until the returned function is called. */
  onRoom(listener: () => void): () => void;
  /** See hold.ts. */
  blames(captureId: string): boolean;
  /** What a call brought; returns what that changed. */
  answered(told: Told): readonly GateChange[];
  stats(): GateStats;
}

/** Why an order was turned away. */
export const TURNED_AWAY = ['held', 'broken', 'told_to_wait', 'full', 'rate_limit'] as const;
export type TurnedAwayBecause = Exclude<GateState, 'open'> | 'full' | 'rate_limit';

export type Entry = Pass | TurnedAway;

export interface Pass {
  readonly entered: true;
  /** The one try while the account is held or broken. */
  readonly probe: boolean;
  /** Gives the place back, once. Without a call its share of the rate limit is given back too. */
  leave(use: 'called' | 'uncalled'): void;
}

export interface TurnedAway {
  readonly entered: false;
  readonly because: TurnedAwayBecause;
  /** When to come again, in whole ms from now, at least 1. */
  readonly waitMs: number;
}

export interface GateStats {
  readonly state: GateState;
  readonly inFlight: number;
  readonly waiting: number;
  /** Orders that were turned away since the start, by why. */
  readonly turnedAway: Readonly<Record<TurnedAwayBecause, number>>;
  /** Calls that waited in the line for the rate limit, since the start. */
  readonly rateWaits: number;
}

export interface AccountGateOptions extends StandingOptions {
  readonly maxInFlight: number;
  /** Null for an account without a rate limit. */
  readonly rate: TokenBucketOptions | null;
  /** Whether another account could use the places that orders take which wait here: whether it is hungry. */
  readonly areOthersHungry: () => boolean;
  readonly clock: Clock;
  readonly random: Random;
}

/** How long an order waits for the rate limit, and how far ahead due captures are taken for it, in ms. */
const ORDER_PATIENCE_MS = 1_000;
const DUE_PATIENCE_MS = 5_000;
/** How often it is looked whether orders that wait beyond the line's length are in another account's way, in ms. */
const WATCH_EVERY_MS = 100;

export function createAccountGate(options: AccountGateOptions): AccountGate {
  const { maxInFlight, rate, areOthersHungry, clock, random } = options;
  const bucket = rate === null ? null : createTokenBucket(rate);
  const standing = createStanding(options, random);
  const lines = createTwoLines<(entry: Entry) => void>();
  const listeners = new Set<() => void>();
  const turnedAway = { held: 0, broken: 0, told_to_wait: 0, full: 0, rate_limit: 0 };
  let rateWaits = 0;
  let inFlight = 0;
  let napping = false;
  let watching = false;

  function pass(probe: boolean): Pass {
    let isLeft = false;
    inFlight += 1;
    return {
      entered: true,
      probe,
      leave: (use) => {
        if (isLeft) return;
        isLeft = true;
        inFlight -= 1;
        const now = clock.monotonic();
        if (use === 'uncalled') bucket?.giveBack(now);
        if (probe) standing.endProbe(now);
        letIn();
      },
    };
  }

  function canProbe(now: number): boolean {
    return standing.mayProbe(now) && inFlight < maxInFlight && (bucket?.waitMs(1, now) ?? 0) === 0;
  }

  /** Who waits gets in as far as there are places and tokens; if the gate isn't open any more, all are turned away. */
  function letIn(): void {
    const now = clock.monotonic();
    const state = standing.stateAt(now);
    if (state !== 'open') {
      for (const tell of lines.clear()) tell(refusal(state, standing.opensAt(now) - now));
    } else {
      while (inFlight < maxInFlight && lines.length > 0) {
        if (bucket?.take(now) === false) {
          void letInAfter(bucket.waitMs(1, now));
          break;
        }
        lines.next()?.(pass(false));
      }
    }
    for (const listener of [...listeners]) listener();
  }

  async function letInAfter(ms: number): Promise<void> {
    if (napping) return;
    napping = true;
    await clock.sleep(Math.max(1, Math.ceil(ms)));
    napping = false;
    letIn();
  }

  /** What can be said at once; null for whoever has to wait in the line. */
  function enterNow(comer: Comer, now: number): Entry | null {
    const state = standing.stateAt(now);
    if (state !== 'open') {
      if (!canProbe(now)) return refusal(state, standing.opensAt(now) - now);
      bucket?.take(now);
      standing.beginProbe(now);
      return pass(true);
    }
    const isFree = inFlight < maxInFlight;
    if (isFree && lines.length === 0 && bucket?.take(now) !== false) return pass(false);
    if (comer === 'order' && lines.lengthOf('order') >= limitOf(ORDER_PATIENCE_MS, now)) {
      if (areOthersHungry()) return tooMany(now);
      void watchOthers();
    }
    if (isFree) rateWaits += 1;
    return null;
  }

  /** An order has come when the line was full. */
  function tooMany(now: number): TurnedAway {
    const waitMs = bucket?.waitMs(lines.length + 1, now) ?? 0;
    // Without a wait: the schedule looks at what is due as soon as there is room.
    return waitMs > ORDER_PATIENCE_MS ? refusal('rate_limit', waitMs) : refusal('full', 1);
  }

  /**
   * Turns orders away that wait beyond the line's length, once another account is hungry, and still is at the next look: for a moment each
   * of several busy accounts is.
   */
  async function watchOthers(): Promise<void> {
    if (watching) return;
    watching = true;
    let wereHungry = false;
    do {
      await clock.sleep(WATCH_EVERY_MS);
      const areHungry = areOthersHungry();
      if (areHungry && wereHungry) {
        const now = clock.monotonic();
        for (const tell of lines.shorten('order', limitOf(ORDER_PATIENCE_MS, now))) tell(tooMany(now));
      }
      wereHungry = areHungry;
    } while (lines.lengthOf('order') > limitOf(ORDER_PATIENCE_MS, clock.monotonic()));
    watching = false;
  }

  async function enter(comer: Comer): Promise<Entry> {
    const entry =
      enterNow(comer, clock.monotonic()) ??
      (await new Promise<Entry>((resolve) => {
        lines.add(comer, resolve);
        letIn();
      }));
    if (!entry.entered && comer === 'order') turnedAway[entry.because] += 1;
    return entry;
  }

  /** How many may wait in a line: as many as may be under way, and as get through within so many ms. */
  function limitOf(patienceMs: number, now: number): number {
    return Math.min(maxInFlight, bucket?.within(patienceMs, now) ?? maxInFlight);
  }

  function roomAt(now: number): number {
    if (standing.stateAt(now) !== 'open') return canProbe(now) ? 1 : 0;
    // However slow the rate limit is, one can wait for it.
    const free = bucket === null && lines.length === 0 ? maxInFlight - inFlight : 0;
    return Math.max(0, Math.max(1, limitOf(DUE_PATIENCE_MS, now)) + free - lines.lengthOf('due'));
  }

  return {
    enter,
    get room() {
      return roomAt(clock.monotonic());
    },
    get isRoomy() {
      const now = clock.monotonic();
      return roomAt(now) > 0 && lines.lengthOf('due') <= limitOf(DUE_PATIENCE_MS, now) / 2;
    },
    get isHungry() {
      return inFlight < maxInFlight && lines.length === 0 && standing.stateAt(clock.monotonic()) === 'open';
    },
    onRoom: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    blames: (captureId) => standing.blames(captureId),
    answered: (told) => {
      const changes = standing.answered(told, clock.monotonic());
      if (changes.length > 0) letIn();
      return changes;
    },
    stats: () => ({
      state: standing.stateAt(clock.monotonic()),
      inFlight,
      waiting: lines.length,
      turnedAway: { ...turnedAway },
      rateWaits,
    }),
  };
}

function refusal(because: TurnedAwayBecause, ms: number): TurnedAway {
  return { entered: false, because, waitMs: Math.max(1, Math.ceil(ms)) };
}
