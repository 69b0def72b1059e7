const LONGEST = 512;

/**
 * A provider's words as they may be stored, logged and published: cut to 512 characters, with NUL and lone surrogates (which neither
 * PostgreSQL nor UTF-8 can hold) replaced by U+FFFD. The cut comes first, since it can itself split a surrogate pair.
 */
export function forPeople(text: string): string {
  return text.slice(0, LONGEST).replaceAll(/\0|\p{Surrogate}/gu, '\uFFFD');
}
