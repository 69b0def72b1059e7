import type { Finding } from '../oracle/findings.js';
import type { Weakness } from '../store/weakness.js';

/** What a process of the campaign is asked: so many schedules, from this seed on. */
export interface Work {
  readonly from: number;
  readonly count: number;
  /** A safeguard of the store that is taken away; null for none. */
  readonly weakened: Weakness | null;
  /** Whether to end at the first that breaks a promise. */
  readonly untilBroken: boolean;
}

/** What came of it. */
export interface Done {
  readonly schedules: number;
  readonly crashes: number;
  readonly requests: number;
  readonly movements: number;
  readonly steps: number;
  readonly broken: readonly Broken[];
}

/** A schedule that broke promises. */
export interface Broken {
  readonly seed: number;
  readonly findings: readonly Finding[];
}

export const NOTHING_DONE: Done = {
  schedules: 0,
  crashes: 0,
  requests: 0,
  movements: 0,
  steps: 0,
  broken: [],
};

export function sumOf(one: Done, other: Done): Done {
  return {
    schedules: one.schedules + other.schedules,
    crashes: one.crashes + other.crashes,
    requests: one.requests + other.requests,
    movements: one.movements + other.movements,
    steps: one.steps + other.steps,
    broken: [...one.broken, ...other.broken],
  };
}
