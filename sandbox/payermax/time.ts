const IN_FORM = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3})(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads a `requestTime`: to the millisecond, with an offset or `Z`. `null` if it isn't exactly in form, or if there is no such date: the
 * 30th of February would silently become a day in March.
 */
export function parseRequestTime(text: string): Date | null {
  const local = IN_FORM.exec(text)?.[1];
  if (local === undefined) return null;
  const at = new Date(text);
  const sameInUtc = new Date(`${local}Z`);
  if (Number.isNaN(at.getTime()) || Number.isNaN(sameInUtc.getTime())) return null;
  return sameInUtc.toISOString() === `${local}Z` ? at : null;
}

/** Writes a time as PayerMax's samples do: whole seconds in UTC, with a blank before an offset that has no colon. */
export function payermaxTime(at: Date): string {
  return at.toISOString().replace(/\.\d{3}Z$/, ' +0000');
}
