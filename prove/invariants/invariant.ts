import type { Facts } from '../facts.js';

/** One thing that isn't as it was promised. */
export interface Flaw {
  /** Of which payment, capture, event or place. */
  readonly id: string;
  readonly says: string;
}

/** What must hold after every run: nothing, or what breaks it. */
export type Invariant = (facts: Facts) => readonly Flaw[];
