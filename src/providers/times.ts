/** From the year 2000: what is older is some system's way of writing that it has no time. */
const ISO_8601 = /^([2-9]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?) ?(?:Z|([+-]\d\d)(?::?(\d\d))?)$/;

/**
 * A time in ISO 8601 with its offset, as providers really write it: with or without fractions, with or without the colon of the offset,
 * PayerMax with a blank before it. Null if it is none. Without an offset it would name no moment.
 */
export function readTime(text: string): Date | null {
  const parts = ISO_8601.exec(text);
  if (parts === null) return null;
  const [, local = '', hours = '+00', minutes = '00'] = parts;
  const time = new Date(`${local}${hours}:${minutes}`);
  return Number.isNaN(time.getTime()) ? null : time;
}

/** A time as a provider reads it that wants a numeric offset and refuses the `Z` that JavaScript writes; with milliseconds. */
export function withNumericOffset(time: Date): string {
  return time.toISOString().replace('Z', '+00:00');
}
