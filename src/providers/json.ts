import { isLosslessNumber, parse } from 'lossless-json';
import { z } from 'zod';

/**
 * A number in an answer, as the characters that were sent. An amount that passed through a float on its way in would be an amount that
 * somebody else rounded.
 */
export const numberLiteral = z
  .unknown()
  .refine(isLosslessNumber, { error: 'must be a number' })
  .transform(({ value }) => value);

/** Anything but a number, whose characters stand in an object that a schema of objects would take for one of its own. */
export const noNumber = z
  .unknown()
  .refine((given) => !isLosslessNumber(given), { error: 'must be no number' });

const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a body as `schema` has it; null if it is no JSON in UTF-8 or lacks something that decides. Numbers are kept as written: a schema
 * takes them by `numberLiteral`. A member that is there twice with different values makes the body unreadable.
 */
export function readBody<T>(body: Uint8Array, schema: z.ZodType<T>): T | null {
  try {
    return schema.safeParse(parse(UTF_8.decode(body))).data ?? null;
  } catch {
    return null;
  }
}
