import type { Finding } from '../../capture/evidence.js';
import type { Random } from '../../ports/clock.js';
import type { BreakerOptions } from './breaker.js';
import { createBreaker } from './breaker.js';
import type { Health } from './health.js';
import type { HoldOptions } from './hold.js';
import { createHold } from './hold.js';

/**
 * Whether calls to an account's provider make sense now.
 *
 * - `open`: they do.
 * - `held`: the provider refuses our credentials (hold.ts).
 * - `broken`: the provider is in trouble (breaker.ts).
 * - `told_to_wait`: the provider asked to be left alone for a while, by Retry-After.
 *
 * Of a held or broken account single probes are made, one at a time; never while it was told to wait. Times are monotonic, in ms.
 */
export interface Standing {
  stateAt(now: number): GateState;
  /** When the next call can be made; a time that has passed if one can be made now. */
  opensAt(now: number): number;
  /** While it isn't open: whether a probe may be made. */
  mayProbe(now: number): boolean;
  beginProbe(now: number): void;
  /** The probe has ended, with an answer or without a call. */
  endProbe(now: number): void;
  /** See hold.ts. */
  blames(captureId: string): boolean;
  /** What a call brought; returns what that changed. */
  answered(told: Told, now: number): readonly GateChange[];
}

export const GATE_STATES = ['open', 'held', 'broken', 'told_to_wait'] as const;
export type GateState = (typeof GATE_STATES)[number];
export type GateChange = 'held' | 'released' | 'broken' | 'mended' | 'told_to_wait';

/** What a call told. */
export interface Told {
  readonly captureId: string;
  readonly probe: boolean;
  readonly finding: Finding['is'];
  readonly health: Health;
  /** For how long the provider wants no calls, in ms; null if it didn't say. */
  readonly retryAfterMs: number | null;
}

export interface StandingOptions extends HoldOptions {
  readonly breaker: BreakerOptions;
}

/** A provider's wish to be left alone is believed for so long: more would be a slip, or somebody else's doing. */
export const LONGEST_QUIET_MS = 600_000;
/** When to come again while a probe is under way, in ms. */
const PROBE_MS = 1_000;

export function createStanding(options: StandingOptions, random: Random): Standing {
  const breaker = createBreaker(options.breaker, random);
  const hold = createHold(options);
  let quietUntil = -Infinity;
  let probe: { isAnswered: boolean } | null = null;

  function opensAt(now: number): number {
    const at = Math.max(quietUntil, hold.probeAt ?? -Infinity, breaker.probeAt ?? -Infinity);
    return probe !== null && at <= now ? now + PROBE_MS : at;
  }

  return {
    stateAt: (now) => {
      if (hold.probeAt !== null) return 'held';
      if (breaker.probeAt !== null) return 'broken';
      return now < quietUntil ? 'told_to_wait' : 'open';
    },
    opensAt,
    mayProbe: (now) => opensAt(now) <= now,
    beginProbe: (now) => {
      probe = { isAnswered: false };
      hold.probing(now);
    },
    endProbe: (now) => {
      if (probe?.isAnswered === false) breaker.probed('untold', now);
      probe = null;
    },
    blames: (captureId) => hold.blames(captureId),
    answered: (told, now) => {
      if (told.probe && probe !== null) probe.isAnswered = true;
      const wasQuiet = now < quietUntil;
      if (told.retryAfterMs !== null)
        quietUntil = Math.max(quietUntil, now + Math.min(told.retryAfterMs, LONGEST_QUIET_MS));
      // A probe of an account that is held alone is a call like others to the breaker.
      const isBreakersProbe = told.probe && breaker.probeAt !== null;
      return [
        hold.answered(told.captureId, told.finding, now),
        isBreakersProbe ? breaker.probed(told.health, now) : breaker.heard(told.health, now),
        !wasQuiet && now < quietUntil ? ('told_to_wait' as const) : ('unchanged' as const),
      ].filter((change) => change !== 'unchanged');
    },
  };
}
