import type { CaptureWorkerError } from '../src/errors.js';
import type { Clock, Random } from '../src/ports/clock.js';
import type { NewId } from '../src/ports/ids.js';
import type { Draws } from './draw.js';
import type { Timeline } from './timeline.js';

/**
 * One process: what it asks of others takes time, and it can die, or stand still, at any moment at which it waits for an answer.
 *
 * *A call* leaves at once and arrives later; what it asks for is done there in one piece, and the answer comes back later still. A call of a
 * process that has died meanwhile may still be on its way, and be done.
 *
 * *Dead*, nothing comes back to it any more: no answer, no timer. Whatever it was doing is never heard of again.
 *
 * *Standing still*, answers and timers wait for it, and reach it in their order when it goes on. It doesn't know that time has passed but
 * by looking at a clock.
 */
export interface Host {
  readonly name: string;
  readonly isUp: boolean;
  readonly isStill: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: NewId;
  /** How many calls it has made. */
  readonly calls: number;
  /** Asks something of a part elsewhere. Rejects with what `act` throws, or as the part's trouble is. */
  call<Result>(what: string, act: () => Result, trouble?: PartTrouble): Promise<Result>;
  /** Does this in `ms` if it is up then; later if it stands still. */
  later(ms: number, action: () => void): () => void;
  die(): void;
}

/** How often a part fails, and how that shows. */
export interface PartTrouble {
  /** The share of calls that are refused, and as many again that are done and not heard of. */
  readonly share: number;
  readonly error: () => CaptureWorkerError;
}

/** At which call something happens to a process: before it leaves, or after it was done and before that is heard of. */
export interface Moment {
  readonly atCall: number;
  readonly when: 'before' | 'after';
}

/** When it dies. */
export type Death = Moment;

/** When it stands still, and for how long, in ms. */
export interface Still extends Moment {
  readonly forMs: number;
}

export interface HostOptions {
  readonly name: string;
  readonly timeline: Timeline;
  readonly draws: Draws;
  /** The wall clock at the world's beginning, in ms since 1970. */
  readonly epochMs: number;
  /** How far its wall clock is off, in ms. */
  readonly skewMs: number;
  /** The share of calls that take seconds. */
  readonly slowness: number;
  readonly death: Death | null;
  readonly stills: readonly Still[];
  readonly onDeath: () => void;
  readonly onStill: () => void;
}

/** A call's way there, or back, in ms: mostly this much at most, sometimes this much. */
const USUAL_MS = 8;
const SLOW_MS = 25_000;
/** How much later than asked for a timer goes off, at most, in ms. */
const TIMER_LATE_MS = 2;

export function createHost(options: HostOptions): Host {
  const { name, timeline, draws, epochMs, skewMs, slowness, death, stills, onDeath, onStill } = options;
  let isUp = true;
  let stillUntil = 0;
  let waiting: (() => void)[] = [];
  let calls = 0;
  let ids = 0;

  function reach(action: () => void): void {
    if (!isUp) return;
    if (timeline.now < stillUntil) waiting.push(action);
    else action();
  }

  function wayMs(what: string): number {
    const usual = USUAL_MS * draws.number(`${name} way ${what}`) ** 2;
    return draws.chance(`${name} slow ${what}`, slowness)
      ? SLOW_MS * draws.number(`${name} slowly ${what}`)
      : usual;
  }

  function isAlive(): boolean {
    return isUp;
  }

  function die(): void {
    if (!isUp) return;
    isUp = false;
    waiting = [];
    onDeath();
  }

  function standStill(ms: number): void {
    stillUntil = Math.max(stillUntil, timeline.now + ms);
    timeline.after(ms, goOn);
    onStill();
  }

  function goOn(): void {
    if (timeline.now < stillUntil) return;
    const missed = waiting;
    waiting = [];
    for (const action of missed) if (isUp) action();
  }

  /** What the plan has for this moment. */
  function meetFate(atCall: number, when: Moment['when']): void {
    const isNow = (moment: Moment): boolean => moment.atCall === atCall && moment.when === when;
    if (death !== null && isNow(death)) die();
    const still = stills.find(isNow);
    if (isAlive() && still !== undefined) standStill(still.forMs);
  }

  function call<Result>(what: string, act: () => Result, trouble?: PartTrouble): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (!isAlive()) return;
      calls += 1;
      const number = calls;
      meetFate(number, 'before');
      if (!isAlive()) return;
      const luck = draws.number(`${name} luck ${what}`);
      const share = trouble?.share ?? 0;
      timeline.after(wayMs(what), () => {
        if (!isAlive() && draws.chance(`${name} cut off ${what}`, 0.5)) return;
        const answer = luck < share ? null : answerOf(act, resolve, reject);
        if (answer !== null && isAlive()) meetFate(number, 'after');
        const isHeard = answer !== null && luck >= 2 * share;
        timeline.after(isHeard ? wayMs(what) : silenceMs(what), () => {
          reach(
            isHeard
              ? answer
              : () => {
                  reject(trouble?.error() ?? new Error(`${what} failed`));
                },
          );
        });
      });
    });
  }

  /** A connection that breaks is noticed at once, or when nothing has come for long. */
  function silenceMs(what: string): number {
    return draws.chance(`${name} silent ${what}`, 0.3)
      ? SLOW_MS * draws.number(`${name} silence ${what}`)
      : wayMs(what);
  }

  function sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve();
        return;
      }
      const wake = (): void => {
        cancel();
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const late = TIMER_LATE_MS * draws.number(`${name} timer`);
      const cancel = timeline.after(ms + late, () => {
        reach(wake);
      });
      if (signal === undefined) return;
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  return {
    name,
    get isUp() {
      return isUp;
    },
    get isStill() {
      return timeline.now < stillUntil;
    },
    get calls() {
      return calls;
    },
    clock: {
      now: () => new Date(epochMs + skewMs + Math.floor(timeline.now)),
      monotonic: () => timeline.now,
      sleep,
    },
    random: () => draws.number(`${name} random`),
    newId: () => {
      ids += 1;
      return `${name}:${String(ids)}`;
    },
    call,
    later: (ms, action) =>
      timeline.after(ms, () => {
        reach(action);
      }),
    die,
  };
}

/** Does it, and gives what its caller is told then. */
function answerOf<Result>(
  act: () => Result,
  resolve: (result: Result) => void,
  reject: (error: unknown) => void,
): () => void {
  try {
    const result = act();
    return () => {
      resolve(result);
    };
  } catch (error) {
    return () => {
      reject(error);
    };
  }
}
