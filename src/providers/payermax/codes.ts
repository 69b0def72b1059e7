import type { FailureCategory } from '../../capture/outcome.js';

/** What a return code of PayerMax means for the call that it answers. */
export type PayermaxMeaning =
  /** The request was taken in; what became of it, the answer's data say. */
  | { readonly is: 'accepted' }
  | { readonly is: 'declined'; readonly category: FailureCategory }
  | { readonly is: 'not_processed' }
  | { readonly is: 'account_fault' }
  | { readonly is: 'unknown' };

/** One return code and its meaning. */
export interface PayermaxCode {
  readonly code: string;
  readonly meaning: PayermaxMeaning;
}

const declined = (category: FailureCategory): PayermaxMeaning => ({ is: 'declined', category });

/**
 * The one code that the capture page lists, the codes common to PayerMax's collection APIs, and two that it documents for other calls.
 * What isn't in here means `unknown`.
 */
export const PAYERMAX_CODES: readonly PayermaxCode[] = [
  { code: 'APPLY_SUCCESS', meaning: { is: 'accepted' } },

  { code: 'REQUEST_TIMEOUT', meaning: { is: 'unknown' } },
  { code: 'SYSTEM_ERROR', meaning: { is: 'unknown' } },
  { code: 'UNEXPECTED_ERROR', meaning: { is: 'unknown' } },
  // Something was accepted under this request id, and what became of it, we can't tell.
  { code: 'ORDER_REPEAT', meaning: { is: 'unknown' } },

  // Our clocks differ by more than two minutes: refused before it was looked at, and good again with a fresh time.
  { code: 'REQ_TIME_OVER_TIME', meaning: { is: 'not_processed' } },
  { code: 'TOO_MANY_REQUEST', meaning: { is: 'not_processed' } },

  { code: 'MERCHANT_APP_INVALID', meaning: { is: 'account_fault' } },
  { code: 'MERCHANT_INVALID', meaning: { is: 'account_fault' } },
  { code: 'SIGN_VERIFY_FAILED', meaning: { is: 'account_fault' } },

  // Refused for its form, the amount's too (its decimals, say): the same bytes will be refused again. Not `amount`, which is about how
  // much was asked for.
  { code: 'AMOUNT_INVALID', meaning: declined('invalid_request') },
  { code: 'PARAMS_INVALID', meaning: declined('invalid_request') },

  { code: 'AMOUNT_LIMIT', meaning: declined('limit') },
  // The merchant's contract doesn't cover the capture: that is between the merchant and PayerMax, the customer can do nothing about it.
  { code: 'CONTRACT_INVALID', meaning: declined('account') },
  { code: 'COUNTRY_INVALID', meaning: declined('unsupported') },
  { code: 'CURRENCY_INVALID', meaning: declined('currency') },
  { code: 'ORDER_NOT_EXIST', meaning: declined('not_found') },
  { code: 'PAYMENT_FAILED', meaning: declined('other') },
];

const BY_CODE: ReadonlyMap<string, PayermaxMeaning> = new Map(
  PAYERMAX_CODES.map(({ code, meaning }) => [code, meaning]),
);

export function meaningOf(code: string): PayermaxMeaning {
  return BY_CODE.get(code) ?? { is: 'unknown' };
}

/** Why an accepted capture failed, by the code that the answer gives for it. Most such codes are on no page. */
export function categoryOf(errorCode: string | null): FailureCategory {
  const meaning = meaningOf(errorCode ?? '');
  return meaning.is === 'declined' ? meaning.category : 'other';
}
