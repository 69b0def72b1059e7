import type pg from 'pg';
import type { Attended } from '../dev/demo/attend.js';
import type { DemoMessage } from '../dev/demo/orders.js';
import type { RunningWorker, Variables } from '../dev/demo/programs.js';
import type { Scene } from '../dev/demo/scene.js';
import type { Stack } from '../dev/stack/start.js';
import type { Build } from './earlier-build.js';

/**
 * One way in which things go wrong, and the promise that it attacks. The runner sets the scene, has orders come at a steady rate, calls
 * `inflict`, and holds against the invariants what is there once all has settled. README.md says how to write one.
 */
export interface Fault {
  /** As `--only` takes it: small letters and hyphens. */
  readonly name: string;
  /** The promise that would be broken. */
  readonly attacks: string;
  /** What is done to whom. */
  readonly how: string;
  /** How the first workers are started; two of this build, as they are, unless given. The first one publishes the events. */
  readonly workers?: readonly WorkerStart[];
  /** What stands between the workers and what they use; opened for each run, before they start. */
  readonly between?: (scene: Scene) => Promise<Between>;
  /** What is waited for afterwards, and for how long at most; `resume` unless given. */
  readonly recovery?: Recovery;
  /** Resolves when the fault is over. Rejects if it could not be inflicted: then the run has shown nothing. */
  inflict(grounds: Grounds): Promise<Inflicted>;
}

export interface WorkerStart {
  /** For its first process alone: what is started in place of a killed one is a plain worker. */
  readonly settings?: (random: () => number) => Variables;
  /** Another version, once it is there; this build unless given. */
  readonly build?: (signal: AbortSignal) => Promise<Build>;
}

/** What the fault has hold of before any worker starts, until all have ended. */
export interface Between {
  /** What a worker is started with, whenever one is: it waits for this. */
  settings(): Promise<Variables>;
  close(): Promise<void>;
}

/** `takeover`: a worker is dead, and another goes on with what it left. `resume`: those that are there go on. */
export type Recovery = 'takeover' | 'resume';

/** What a fault can get hold of. */
export interface Grounds {
  /** The parts, to halt, resume and restart. Throws STACK_NOT_OURS for one that the environment names. */
  readonly stack: Stack;
  readonly scene: Scene;
  /** Those that the run was begun with, started anew when they are killed. */
  readonly workers: readonly Attended<RunningWorker>[];
  readonly ledger: Attended;
  readonly messenger: Attended;
  /** Starts one worker more, which is the fault's own to stop; what is left of it at the end is stopped. */
  readonly startWorker: (settings?: Variables) => Promise<RunningWorker>;
  /** Puts messages among the orders that come anyway. They are held against the invariants as the others are. */
  readonly put: (messages: readonly DemoMessage[]) => void;
  /** Asks the sandbox's admin, as `POST /admin/<path>`; throws with its answer if it refuses. */
  readonly sandbox: (path: string, body: unknown) => Promise<void>;
  readonly pool: pg.Pool;
  /** The same numbers for the same seed. */
  readonly random: () => number;
  readonly now: () => Moment;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A moment, by the clock that never jumps and by the one on the wall. Both in ms. */
export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export interface Inflicted {
  /** Since when nothing is wrong any more, but for what the fault has left behind. */
  readonly ended: Moment;
  /** How many processes were killed. */
  readonly kills: number;
  /** What went wrong with processes that the fault itself has ended. */
  readonly troubles?: readonly string[];
  /** Whether the database has lost a span: then the topics have events that are on no record. */
  readonly hasLostSpan?: true;
  /** What precisely ran, where that depends on what could be had. */
  readonly ran?: string;
}

export function momentNow(): Moment {
  return { monotonicMs: performance.now(), wallMs: Date.now() };
}
