import type { Scenario } from './scenario.js';

/** How many calls for known payments there were, and how many of them met trouble. */
export interface TroubledCalls {
  readonly all: number;
  readonly troubled: number;
}

/**
 * Whether a scenario is trouble: whatever keeps the plain truth from the caller, or keeps it back. A call that takes a while isn't, nor is
 * one that is refused.
 */
export function isTrouble(scenario: Scenario): boolean {
  switch (scenario.kind) {
    case 'normal':
    case 'answer':
      return false;
    case 'delay':
      return scenario.then !== undefined && isTrouble(scenario.then);
    case 'unknown':
    case 'in_process':
    case 'http':
    case 'reset':
    case 'held':
    case 'stale':
    case 'wrong_amount':
    case 'altered':
    case 'unsigned':
    case 'wrong_signature':
    case 'garbage':
    case 'truncated':
      return true;
  }
}
