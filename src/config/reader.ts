import { z } from 'zod';

/** Reads a text into a value, or says what is wrong with it in words that mend it. */
export type Reader<T> = z.ZodType<T, string>;

/** What is wrong with a text, in words that follow its name. */
export class Refusal {
  constructor(readonly why: string) {}
}

/** A reader made of a function. `noText` says what is wrong with something that is no text, such as a number of the accounts file. */
export function reader<T>(
  read: (text: string) => T | Refusal,
  noText: (value: unknown) => string = () => 'must be text: put it in quotes',
): Reader<T> {
  return z.string({ error: absentOr(noText) }).transform((text, context): T => {
    const value = read(text);
    if (!(value instanceof Refusal)) return value;
    context.addIssue({ code: 'custom', message: value.why });
    return z.NEVER;
  });
}

/** The text for a value of the wrong kind; one that isn't there is told apart, since it is mended differently. */
export function absentOr(
  wrong: string | ((value: unknown) => string),
): (issue: { readonly input?: unknown }) => string {
  return ({ input }) => {
    if (input === undefined || input === null) return 'is missing';
    return typeof wrong === 'string' ? wrong : wrong(input);
  };
}
