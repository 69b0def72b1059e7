import type { Scenario } from './scenario.js';

/** A scenario taken apart into what a provider does with a call: wait, execute, hold the answer back, word it, deliver it. */
export interface Plan {
  readonly delayMs: number;
  readonly execution: Execution;
  /** How long the answer is held back once all is done. */
  readonly holdMs: number;
  /** How old the state is that an inquiry is told. */
  readonly staleMs: number;
  readonly wording: Wording;
  /** Whether another amount is named than was captured. */
  readonly wrongAmount: boolean;
  /** Members to replace in the answer's body. */
  readonly altered: Readonly<Record<string, unknown>>;
  readonly delivery: Delivery;
}

export type Execution =
  | { readonly is: 'now' }
  | { readonly is: 'never' }
  | { readonly is: 'late'; readonly afterMs: number }
  | { readonly is: 'in_process'; readonly moved: boolean; readonly endsAfterMs: number | null };

/** `natural` is the answer that follows from the execution; `unknown` is the provider's own way to say that it can't tell. */
export type Wording =
  | { readonly is: 'natural' }
  | { readonly is: 'unknown' }
  | { readonly is: 'scripted'; readonly resultCode: string; readonly resultStatus: string | null };

/** `whole` is as the provider sends its answers, signed if it signs them. */
export type Delivery =
  | { readonly is: 'whole' | 'unsigned' | 'wrong_signature' | 'garbage' | 'truncated' | 'reset' }
  | { readonly is: 'http'; readonly status: number };

const NORMAL: Plan = {
  delayMs: 0,
  execution: { is: 'now' },
  holdMs: 0,
  staleMs: 0,
  wording: { is: 'natural' },
  wrongAmount: false,
  altered: {},
  delivery: { is: 'whole' },
};

export function planOf(scenario: Scenario): Plan {
  switch (scenario.kind) {
    case 'normal':
      return NORMAL;
    case 'answer': {
      const { resultCode, resultStatus = null } = scenario;
      return { ...NORMAL, execution: { is: 'never' }, wording: { is: 'scripted', resultCode, resultStatus } };
    }
    case 'unknown':
      return { ...NORMAL, execution: executionOf(scenario), wording: { is: 'unknown' } };
    case 'in_process': {
      const { moved, endsAfterMs = null } = scenario;
      return { ...NORMAL, execution: { is: 'in_process', moved, endsAfterMs } };
    }
    case 'http':
      return {
        ...NORMAL,
        execution: executionOf(scenario),
        delivery: { is: 'http', status: scenario.status },
      };
    case 'reset':
      return { ...NORMAL, execution: executionOf(scenario), delivery: { is: 'reset' } };
    case 'delay': {
      const underneath = planOf(scenario.then ?? { kind: 'normal' });
      return { ...underneath, delayMs: underneath.delayMs + scenario.ms };
    }
    case 'held': {
      const underneath = planOf(scenario.then ?? { kind: 'normal' });
      return { ...underneath, holdMs: underneath.holdMs + scenario.ms };
    }
    case 'stale': {
      const underneath = planOf(scenario.then ?? { kind: 'normal' });
      return { ...underneath, staleMs: underneath.staleMs + scenario.ms };
    }
    case 'wrong_amount':
      return { ...planOf(scenario.then ?? { kind: 'normal' }), wrongAmount: true };
    case 'altered': {
      const underneath = planOf(scenario.then ?? { kind: 'normal' });
      return { ...underneath, altered: { ...underneath.altered, ...scenario.members } };
    }
    case 'unsigned':
    case 'wrong_signature':
    case 'garbage':
    case 'truncated':
      return { ...planOf(scenario.then ?? { kind: 'normal' }), delivery: { is: scenario.kind } };
  }
}

function executionOf(scenario: {
  readonly moved: boolean;
  readonly movesAfterMs?: number | undefined;
}): Execution {
  if (!scenario.moved) return { is: 'never' };
  if (scenario.movesAfterMs === undefined) return { is: 'now' };
  return { is: 'late', afterMs: scenario.movesAfterMs };
}
