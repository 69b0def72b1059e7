/** The promises that a simulated world is held to; each finding names the one that was broken. */
export const PROMISES = [
  'one capture a payment',
  'nothing lost',
  'right outcome',
  'events whole and in order',
  'offsets behind the work',
  'a request on record before it leaves',
  'no resend without inquiries',
  'evidence kept',
  'a pause holds',
  'no failure of the program',
] as const;
export type Promised = (typeof PROMISES)[number];

export interface Finding {
  readonly broken: Promised;
  readonly what: string;
}
