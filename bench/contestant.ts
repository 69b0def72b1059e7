import type { Worker } from '../dev/stack/crew.js';
import type { Arena } from './arena.js';
import type { Keyed } from './backlog.js';
import type { Latency } from './provider/latency.js';

/** What a round is played with. */
export interface Conditions {
  readonly inFlight: number;
  readonly latency: Latency;
  /** Which orders there are to read: those of a backlog, or what a measurement itself puts on empty topics. */
  readonly keyed: Keyed | 'calm';
}

/** A contestant in one round, running. */
export interface Running {
  readonly process: Worker;
  /** When its process was started, by performance.now(). */
  readonly startedAt: number;
  /** The topic that it tells of its captures on; null if it tells nobody, and the provider's book alone counts. */
  readonly tells: string | null;
  /** Stops it in order. */
  stop(): Promise<void>;
  /** What it has on record itself, once it has stopped; null if it keeps no record. */
  ownBook(): Promise<{ readonly captured: number; readonly amount: bigint } | null>;
  /** Removes what it kept. */
  cleanUp(): Promise<void>;
}

export interface Contestant {
  readonly name: 'capture-worker' | 'naive' | 'parallel-consumer' | 'parallel-consumer-tuned' | 'limit';
  start(arena: Arena, conditions: Conditions): Promise<Running>;
}
