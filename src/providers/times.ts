/** From the year 2000: what is older is some system's way of writing that it has no time. */
const ISO_8601 = /^([2-9]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?) ?(?:Z|([+-]\d\d)(?::?(\d\d))?)$/;

/**
 * A time in ISO 8601 with its offset, as providers really write it: with or without fractions, with or without the colon of the offset,
 * PayerMax with a blank before it. Null if it is none. Without an offset it would name no moment; and a date that doesn't exist names
 * none either, though JavaScript takes the 30th of February for a day in March.
 */
export function readTime(text: string): Date | null {
  const parts = ISO_8601.exec(text);
  if (parts === null) return null;
  const [, local = '', hours = '+00', minutes = '00'] = parts;
  const time = new Date(`${local}${hours}:${minutes}`);
  return Number.isNaN(time.getTime()) || !exists(local) ? null : time;
}

/** Whether a calendar and a clock have this date and time: read as UTC and written again, it is the same to the second. */
function exists(local: string): boolean {
  const time = new Date(`${local}Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().slice(0, SECONDS) === local.slice(0, SECONDS);
}

/** As many characters as a date and a time have, without fractions. */
const SECONDS = '2021-06-08T12:12:12'.length;

/** A time as a provider reads it that wants a numeric offset and refuses the `Z` that JavaScript writes; with milliseconds. */
export function withNumericOffset(time: Date): string {
  return time.toISOString().replace('Z', '+00:00');
}
