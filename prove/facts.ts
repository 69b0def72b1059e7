import type { BookOfAll } from '../dev/demo/collect.js';
import type { ReviewedRow } from '../dev/demo/chaos/truth.js';
import type { LedgerPosting } from '../dev/demo/compare-ledger.js';
import type { DemoOrder } from '../dev/demo/orders.js';

/** What a run has left behind, read when all had settled: what the invariants judge. */
export interface Facts {
  /** Each order that was put on the topic, once. */
  readonly orders: readonly DemoOrder[];
  /** The keys of the messages that can't become orders. */
  readonly poison: readonly string[];
  /** `order.fulfilled`, as it stands. */
  readonly messages: readonly OrderMessage[];
  /** By partition, the offset below which the group has said that all is done. */
  readonly committed: ReadonlyMap<number, bigint>;
  readonly providers: BookOfAll;
  readonly rows: readonly ReviewedRow[];
  readonly outbox: readonly OutboxRow[];
  readonly published: readonly PublishedEvent[];
  /** Of orders. */
  readonly deadLetters: readonly DeadLetter[];
  /** The topics of dead letters that nothing of a run can be on, for each that is. */
  readonly strayDeadLetters: readonly string[];
  readonly ledger: readonly LedgerPosting[];
  readonly leftovers: Leftovers;
  /** Whether the database was restored to a moment of the run. */
  readonly hasLostSpan: boolean;
  readonly recovery: RecoveryFact;
  /** What went wrong with the processes: one ended by itself, or didn't end well when it was told to. */
  readonly processTroubles: readonly string[];
}

export interface OrderMessage {
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string;
}

export interface OutboxRow {
  readonly eventId: string;
  readonly captureId: string;
  readonly sequence: number;
  readonly type: string;
  readonly payload: Uint8Array;
}

export interface PublishedEvent {
  readonly topic: string;
  /** The header `ce_id`. */
  readonly eventId: string;
  readonly value: Uint8Array;
}

export interface DeadLetter {
  readonly key: string;
  readonly partition: number;
  readonly offset: bigint;
}

/** What nobody sees to any more, if anything is. */
export interface Leftovers {
  /** Captures being sent under a lease that ran out longer ago than anybody needs to find it. */
  readonly sending: readonly string[];
  /** Captures that have been due for longer than that. */
  readonly due: readonly string[];
  /** Sessions of no process that runs, which hold an advisory lock: by what they are called. */
  readonly lockHolders: readonly string[];
  /** Events and notifications that are still to be published. */
  readonly queued: number;
}

export interface RecoveryFact {
  /** From the fault's end until the lag was what it was before, in ms; null if it never was. */
  readonly ms: number | null;
  readonly limitMs: number;
}
