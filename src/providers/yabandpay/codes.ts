import type { FailureCategory } from '../../capture/outcome.js';

/** What a code of YabandPay means for the call that it answers. */
export type YabandpayMeaning =
  /** The call was answered; what became of the trade, its state says. */
  | { readonly is: 'answered' }
  | { readonly is: 'declined'; readonly category: FailureCategory }
  | { readonly is: 'account_fault' }
  | { readonly is: 'id_taken' }
  | { readonly is: 'unknown' };

/** One code, the only status that it may come with, and its meaning. */
export interface YabandpayCode {
  readonly code: string;
  readonly status: boolean;
  readonly meaning: YabandpayMeaning;
}

const declined = (category: FailureCategory): YabandpayMeaning => ({ is: 'declined', category });

/** Every code that the capture page lists. What isn't in here means `unknown`. */
export const YABANDPAY_CODES: readonly YabandpayCode[] = [
  { code: '200', status: true, meaning: { is: 'answered' } },

  // An error inside: it can have come before the capture or after it.
  { code: '-1000', status: false, meaning: { is: 'unknown' } },
  // Refused request ids are above all those that were used before. Something may have been accepted under ours.
  { code: '-4118', status: false, meaning: { is: 'id_taken' } },

  { code: '-403', status: false, meaning: { is: 'account_fault' } },
  { code: '-2001', status: false, meaning: { is: 'account_fault' } },

  // Refused for its form: the same bytes will be refused again.
  { code: '-3001', status: false, meaning: declined('invalid_request') },

  { code: '-4024', status: false, meaning: declined('not_found') },
  { code: '-4084', status: false, meaning: declined('amount') },
  { code: '-4085', status: false, meaning: declined('currency') },
  { code: '-4089', status: false, meaning: declined('expired') },
];

const BY_CODE: ReadonlyMap<string, YabandpayCode> = new Map(YABANDPAY_CODES.map((row) => [row.code, row]));

/** The meaning of a code. One that comes with the other status contradicts itself, and a contradiction is never read either way. */
export function meaningOf(status: boolean, code: string): YabandpayMeaning {
  const row = BY_CODE.get(code);
  return row?.status === status ? row.meaning : { is: 'unknown' };
}
