import type { Facts } from '../facts.js';
import { doubleCaptures } from './double-captures.js';
import { events } from './events.js';
import type { Flaw, Invariant } from './invariant.js';
import { leases } from './leases.js';
import { ledger } from './ledger.js';
import { lost } from './lost.js';
import { offsets } from './offsets.js';
import { processes } from './processes.js';
import { recovery } from './recovery.js';
import { wrongOutcomes } from './wrong-outcomes.js';

/** What must hold after every run, whatever was done to the worker. */
export const INVARIANTS = {
  doubleCaptures,
  lost,
  wrongOutcomes,
  events,
  ledger,
  offsets,
  leases,
  processes,
  recovery,
} as const satisfies Readonly<Record<string, Invariant>>;

export type InvariantName = keyof typeof INVARIANTS;

export const INVARIANT_NAMES = Object.keys(INVARIANTS) as readonly InvariantName[];

/** A flaw, and which invariant it breaks. */
export interface Break extends Flaw {
  readonly invariant: InvariantName;
}

export function breaksIn(facts: Facts): readonly Break[] {
  return INVARIANT_NAMES.flatMap((invariant) =>
    INVARIANTS[invariant](facts).map((flaw) => ({ invariant, ...flaw })),
  );
}
