import { z } from 'zod';
import type { Word } from '../word.js';

/** What happens to the notification of a capture's end: the closed list of what can be scripted. */
export type CallbackScenario =
  | { readonly kind: 'normal' }
  /** It is never sent. */
  | { readonly kind: 'none' }
  | { readonly kind: 'late'; readonly ms: number }
  /** It is sent so many times, whatever is replied. */
  | { readonly kind: 'duplicated'; readonly copies: number; readonly apartMs: number }
  /** That the capture is in process is told after its end. */
  | { readonly kind: 'reordered'; readonly apartMs: number }
  /** A capture that moved the money is also told to have failed, before the truth or after it. */
  | { readonly kind: 'contradicting'; readonly lie: 'first' | 'last'; readonly apartMs: number };

const milliseconds = z.int().min(0).max(3_600_000);

export const callbackScenarioSchema: z.ZodType<CallbackScenario> = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('normal') }),
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.literal('late'), ms: milliseconds }),
  z.strictObject({
    kind: z.literal('duplicated'),
    copies: z.int().min(2).max(10),
    apartMs: milliseconds,
  }),
  z.strictObject({ kind: z.literal('reordered'), apartMs: milliseconds }),
  z.strictObject({
    kind: z.literal('contradicting'),
    lie: z.enum(['first', 'last']),
    apartMs: milliseconds,
  }),
]);

/** One thing to be told, and how long after the event. */
export interface Telling {
  readonly says: Word;
  readonly afterMs: number;
}

/** What is told of an event under a scenario, in the order of its moments. */
export function tellingsOf(says: Word, scenario: CallbackScenario): readonly Telling[] {
  const truth = { says, afterMs: 0 };
  switch (scenario.kind) {
    case 'normal':
      return [truth];
    case 'none':
      return [];
    case 'late':
      return [{ says, afterMs: scenario.ms }];
    case 'duplicated':
      return Array.from({ length: scenario.copies }, (_, copy) => ({
        says,
        afterMs: copy * scenario.apartMs,
      }));
    case 'reordered':
      return [truth, { says: 'in_process', afterMs: scenario.apartMs }];
    case 'contradicting': {
      if (says !== 'captured') return [truth];
      const [first, last]: readonly [Word, Word] =
        scenario.lie === 'first' ? ['failed', says] : [says, 'failed'];
      return [
        { says: first, afterMs: 0 },
        { says: last, afterMs: scenario.apartMs },
      ];
    }
  }
}
