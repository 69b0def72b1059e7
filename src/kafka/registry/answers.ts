import type { Answer } from './http.js';

/** What the registry says when it has no such subject, version or schema, or no level for a subject. */
export const NO_SUCH = { subject: 40401, version: 40402, schema: 40403, level: 40408 } as const;

/** The id in an answer. Throws REGISTRY_UNAVAILABLE if there is none. */
export function idIn(answer: Answer): number {
  const { id } = answer.expect(200);
  if (typeof id !== 'number' || !Number.isInteger(id)) throw answer.unusable('an answer without an id');
  return id;
}

/** The level in an answer, in capitals; null if the subject has none. Throws REGISTRY_UNAVAILABLE if it says neither. */
export function levelIn(answer: Answer): string | null {
  if (answer.code === NO_SUCH.subject || answer.code === NO_SUCH.level) return null;
  const { compatibilityLevel } = answer.expect(200);
  if (typeof compatibilityLevel !== 'string') throw answer.unusable('an answer without a level');
  return compatibilityLevel.toUpperCase();
}
