import type { CaptureState } from '../capture/capture.js';
import type { Money } from '../capture/money.js';
import type { GateStats } from '../worker/gate/account-gate.js';

/** Captures without an undisputed outcome, of one account, in one state and one currency. */
export interface Unresolved {
  readonly provider: string;
  readonly account: string;
  readonly state: CaptureState;
  readonly count: number;
  /** Of these, how many wait for a person, have an expired authorisation, or an outcome that is contradicted. */
  readonly inReview: number;
  readonly overdue: number;
  readonly contradicted: number;
  readonly oldestAgeMs: number;
  readonly money: Money;
}

/** What a consumer says of itself; totals count since it started. */
export interface RunnerReading {
  readonly inFlight: number;
  readonly queued: number;
  readonly retries: number;
  readonly commitFailures: number;
}

/** What the outbox relay says of itself; totals count since it started. */
export interface RelayReading {
  readonly published: number;
  readonly batches: number;
  readonly failures: number;
  readonly shards: readonly number[];
}

/** What an account's gate says of itself; totals count since it started. */
export interface AccountReading extends GateStats {
  readonly name: string;
}

/** Notifications that aren't where they belong yet. */
export interface NotificationReading {
  readonly queued: number;
  readonly parked: number;
  readonly oldestParkedAgeMs: number | null;
}

export interface LagReading {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly lag: bigint;
}
