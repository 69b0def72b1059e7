import type { HttpHeaders } from './http-exchange.js';

/** A date as HTTP writes it. Its two older forms, which nobody may send any more, are not read. */
const HTTP_DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT$/;

/**
 * For how long a server wants no further requests, in ms, by its Retry-After: seconds, or a date, which counts from the server's own if it
 * gives one, since its clock may be wrong by more than it asks for. Null without one, and for what is none or has passed.
 */
export function retryAfterOf(headers: HttpHeaders, now: Date): number | null {
  const asked = headers['retry-after'];
  if (typeof asked !== 'string') return null;
  const text = asked.trim();
  if (/^\d{1,9}$/.test(text)) return positive(Number(text) * 1_000);
  const until = httpDate(text);
  if (until === null) return null;
  const { date } = headers;
  const since = (typeof date === 'string' ? httpDate(date.trim()) : null) ?? now;
  return positive(until.getTime() - since.getTime());
}

function httpDate(text: string): Date | null {
  const date = new Date(HTTP_DATE.test(text) ? text : NaN);
  return Number.isNaN(date.getTime()) ? null : date;
}

function positive(ms: number): number | null {
  return ms > 0 ? ms : null;
}
