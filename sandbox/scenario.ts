import { z } from 'zod';

/**
 * What a provider does with one call: the closed list of everything that can be scripted.
 *
 * A scenario acts once a call has passed the gate (signature, clock, format): a malformed call is refused whatever the script. `moved`
 * says whether the request is executed, as an honest provider would execute it: the money moves if nothing forbids it. `then` says
 * what is done underneath; it is `normal` if left out.
 */
export type Scenario = (
  | NormalScenario
  | AnswerScenario
  | UnknownScenario
  | InProcessScenario
  | HttpScenario
  | ResetScenario
  | DelayScenario
  | HeldScenario
  | StaleScenario
  | WrongAmountScenario
  | AlteredScenario
  | DamagedScenario
) & {
  /** For how many calls it holds. */
  readonly times?: number | undefined;
};

/** Judged by the provider's own rules. */
export interface NormalScenario {
  readonly kind: 'normal';
}

/**
 * Answers with this code and moves nothing; a scripted SUCCESS is a lie. The status is the code's own unless given; a code that the
 * provider doesn't have must be given one.
 */
export interface AnswerScenario {
  readonly kind: 'answer';
  readonly resultCode: string;
  readonly resultStatus?: string | undefined;
}

/** Answers that the outcome is unknown. With `movesAfterMs` the request is executed that much later: a scripted late execution. */
export interface UnknownScenario extends Executed {
  readonly kind: 'unknown';
}

/**
 * Accepts a capture, answers that it is in process, and holds the payment. After `endsAfterMs` the money has moved, or the capture has
 * failed; without it, it never ends.
 */
export interface InProcessScenario {
  readonly kind: 'in_process';
  readonly moved: boolean;
  readonly endsAfterMs?: number | undefined;
}

/** An HTTP error with a body that isn't in the provider's form, as gateways send them. 429 too. */
export interface HttpScenario extends Executed {
  readonly kind: 'http';
  readonly status: number;
}

/**
 * Resets the connection (RST). `before_read`: as if nothing of the request had arrived, so nothing is executed. `before_answer`: after
 * it was executed, or not.
 */
export interface ResetScenario extends Executed {
  readonly kind: 'reset';
  readonly when: 'before_read' | 'before_answer';
}

/** Takes this long about it. A capture holds its payment meanwhile and moves the money at the end, also if the caller has hung up. */
export interface DelayScenario {
  readonly kind: 'delay';
  readonly ms: number;
  readonly then?: Scenario | undefined;
}

/**
 * Does at once what the call asks for, and answers this much later: too late for a caller that has hung up, or after the notification of
 * what was done. An inquiry is answered with what was true when it came.
 */
export interface HeldScenario {
  readonly kind: 'held';
  readonly ms: number;
  readonly then?: Scenario | undefined;
}

/** Answers an inquiry from a replica that lags by so much: with what was true then. */
export interface StaleScenario {
  readonly kind: 'stale';
  readonly ms: number;
  readonly then?: Scenario | undefined;
}

/** Says that another amount was captured than was. Only what names a captured amount can do so; other answers stay as they are. */
export interface WrongAmountScenario {
  readonly kind: 'wrong_amount';
  readonly then?: Scenario | undefined;
}

/** Replaces members of the answer's body (`null` removes one) and signs the result: a provider that says something odd. */
export interface AlteredScenario {
  readonly kind: 'altered';
  readonly members: Readonly<Record<string, unknown>>;
  readonly then?: Scenario | undefined;
}

/**
 * Spoils an answer on its way: without a signature, with one that doesn't hold, with a body that is no JSON (but signed), or cut off
 * half-way.
 */
export interface DamagedScenario {
  readonly kind: 'unsigned' | 'wrong_signature' | 'garbage' | 'truncated';
  readonly then?: Scenario | undefined;
}

interface Executed {
  readonly moved: boolean;
  /** Executes the request this long after the answer instead of before it. Only with `moved`. */
  readonly movesAfterMs?: number | undefined;
}

/**
 * One scenario holds for every call, or for its first `times`. In a list each holds for one call, or for `times`. What comes after is
 * `normal`.
 */
export type Script = Scenario | readonly Scenario[];

const milliseconds = z.int().min(0).max(3_600_000);
const times = z.int().min(1).optional();
const executed = { moved: z.boolean(), movesAfterMs: milliseconds.optional(), times };
const then = z.lazy(() => scenarioSchema).optional();

export const scenarioSchema: z.ZodType<Scenario> = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('normal'), times }),
    z.strictObject({
      kind: z.literal('answer'),
      resultCode: z.string().min(1),
      resultStatus: z.string().min(1).optional(),
      times,
    }),
    z.strictObject({ kind: z.literal('unknown'), ...executed }),
    z.strictObject({
      kind: z.literal('in_process'),
      moved: z.boolean(),
      endsAfterMs: milliseconds.optional(),
      times,
    }),
    z.strictObject({ kind: z.literal('http'), status: z.int().min(400).max(599), ...executed }),
    z.strictObject({ kind: z.literal('reset'), when: z.enum(['before_read', 'before_answer']), ...executed }),
    z.strictObject({ kind: z.enum(['delay', 'held', 'stale']), ms: milliseconds, then, times }),
    z.strictObject({ kind: z.literal('wrong_amount'), then, times }),
    z.strictObject({ kind: z.literal('altered'), members: z.record(z.string(), z.unknown()), then, times }),
    z.strictObject({
      kind: z.enum(['unsigned', 'wrong_signature', 'garbage', 'truncated']),
      then,
      times,
    }),
  ])
  .superRefine((scenario, context) => {
    if (!('moved' in scenario) || scenario.moved) return;
    if ('movesAfterMs' in scenario && scenario.movesAfterMs !== undefined) {
      context.addIssue({ code: 'custom', message: 'movesAfterMs needs moved: true', path: ['movesAfterMs'] });
    }
  })
  .refine((scenario) => scenario.kind !== 'reset' || scenario.when === 'before_answer' || !scenario.moved, {
    error: 'a reset before_read executes nothing: it needs moved: false',
    path: ['moved'],
  });

export const scriptSchema: z.ZodType<Script> = z.union([scenarioSchema, z.array(scenarioSchema).min(1)]);

/** The scenario of the n-th call (from 1) under a script. */
export function scenarioFor(script: Script, call: number): Scenario {
  const isList = 'length' in script;
  const steps: readonly Scenario[] = isList ? script : [script];
  let passed = 0;
  for (const step of steps) {
    passed += step.times ?? (isList ? 1 : Infinity);
    if (call <= passed) return step;
  }
  return { kind: 'normal' };
}

/** The scenario that a script ends in and never leaves, or null: a list has its end, and so has what holds for some `times`. */
export function lastingScenario(script: Script): Scenario | null {
  if ('length' in script || script.times !== undefined) return null;
  return script;
}

/** Whether a scenario answers with the truth in the end, however late: no lie, no refusal, nothing lost or spoilt on the way. */
export function answersTruly(scenario: Scenario): boolean {
  switch (scenario.kind) {
    case 'normal':
      return true;
    case 'delay':
    case 'held':
    case 'stale':
      return scenario.then === undefined || answersTruly(scenario.then);
    case 'answer':
    case 'unknown':
    case 'in_process':
    case 'http':
    case 'reset':
    case 'wrong_amount':
    case 'altered':
    case 'unsigned':
    case 'wrong_signature':
    case 'garbage':
    case 'truncated':
      return false;
  }
}

/** All scenarios of a script, also those underneath others. */
export function scenariosIn(script: Script): Scenario[] {
  const steps: readonly Scenario[] = 'length' in script ? script : [script];
  return steps.flatMap((step) =>
    'then' in step && step.then !== undefined ? [step, ...scenariosIn(step.then)] : [step],
  );
}
