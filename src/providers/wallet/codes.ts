import type { FailureCategory } from '../../capture/outcome.js';

/** What a result of the wallet means for the call that it answers. */
export type WalletMeaning =
  | { readonly is: 'captured' }
  | { readonly is: 'declined'; readonly category: FailureCategory }
  | { readonly is: 'in_process' }
  | { readonly is: 'busy' }
  | { readonly is: 'not_processed' }
  | { readonly is: 'account_fault' }
  | { readonly is: 'id_taken' }
  | { readonly is: 'unknown' };

/** One result code, the only status that it may come with, and its meaning. */
export interface WalletCode {
  readonly code: string;
  readonly status: 'S' | 'U' | 'F';
  readonly meaning: WalletMeaning;
}

const declined = (category: FailureCategory): WalletMeaning => ({ is: 'declined', category });

/**
 * Every result code that the capture page lists, and the codes common to all of the wallet's APIs. What isn't in here means `unknown`.
 */
export const WALLET_CODES: readonly WalletCode[] = [
  { code: 'SUCCESS', status: 'S', meaning: { is: 'captured' } },
  { code: 'UNKNOWN_EXCEPTION', status: 'U', meaning: { is: 'unknown' } },
  { code: 'CAPTURE_IN_PROCESS', status: 'U', meaning: { is: 'in_process' } },

  { code: 'AUTH_CANCELLED', status: 'F', meaning: declined('cancelled') },
  { code: 'AUTH_EXPIRED', status: 'F', meaning: declined('expired') },
  { code: 'AUTH_NOT_FOUND', status: 'F', meaning: declined('not_found') },
  { code: 'CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT', status: 'F', meaning: declined('amount') },
  { code: 'CURRENCY_NOT_SUPPORT', status: 'F', meaning: declined('currency') },
  { code: 'ORDER_NOT_EXIST', status: 'F', meaning: declined('not_found') },
  { code: 'ORDER_STATUS_INVALID', status: 'F', meaning: declined('conflict') },
  { code: 'ORDER_UNSUPPORTED_OPERATION', status: 'F', meaning: declined('unsupported') },
  { code: 'PARTNER_NOT_EXIST', status: 'F', meaning: declined('account') },
  { code: 'PARTNER_STATUS_ABNORMAL', status: 'F', meaning: declined('account') },
  { code: 'PAYMENT_AMOUNT_EXCEED_LIMIT', status: 'F', meaning: declined('limit') },
  { code: 'PAYMENT_COUNT_EXCEED_LIMIT', status: 'F', meaning: declined('limit') },
  { code: 'PROCESS_FAIL', status: 'F', meaning: declined('other') },
  { code: 'RISK_REJECT', status: 'F', meaning: declined('risk') },
  { code: 'USER_AMOUNT_EXCEED_LIMIT', status: 'F', meaning: declined('limit') },
  { code: 'USER_BALANCE_NOT_ENOUGH', status: 'F', meaning: declined('funds') },
  // The customer is gone or blocked at the wallet, so the customer must pay in another way: these two categories ask for a new
  // authorisation. `account` wouldn't; it is about the merchant's account.
  { code: 'USER_NOT_EXIST', status: 'F', meaning: declined('not_found') },
  { code: 'USER_STATUS_ABNORMAL', status: 'F', meaning: declined('risk') },

  // Refused for its form: the same bytes will be refused again.
  { code: 'INVALID_API', status: 'F', meaning: declined('invalid_request') },
  { code: 'MEDIA_TYPE_NOT_ACCEPTABLE', status: 'F', meaning: declined('invalid_request') },
  { code: 'METHOD_NOT_SUPPORTED', status: 'F', meaning: declined('invalid_request') },
  { code: 'PARAM_ILLEGAL', status: 'F', meaning: declined('invalid_request') },

  { code: 'ACCESS_DENIED', status: 'F', meaning: { is: 'account_fault' } },
  { code: 'CLIENT_INVALID', status: 'F', meaning: { is: 'account_fault' } },
  { code: 'KEY_NOT_FOUND', status: 'F', meaning: { is: 'account_fault' } },
  { code: 'SIGNATURE_INVALID', status: 'F', meaning: { is: 'account_fault' } },

  { code: 'REQUEST_TRAFFIC_EXCEED_LIMIT', status: 'F', meaning: { is: 'not_processed' } },
  // "Another" void, confirm or capture: it may be our own earlier request, so this refuses nothing.
  { code: 'MUTEX_OPERATION_IN_PROCESSING', status: 'F', meaning: { is: 'busy' } },
  // Something was accepted under this request id, and what, we can't tell.
  { code: 'REPEAT_REQ_INCONSISTENT', status: 'F', meaning: { is: 'id_taken' } },
  // A capture carries no access token: whatever this answers, it isn't understood.
  { code: 'EXPIRED_ACCESS_TOKEN', status: 'F', meaning: { is: 'unknown' } },
];

const BY_CODE: ReadonlyMap<string, WalletCode> = new Map(WALLET_CODES.map((row) => [row.code, row]));

/**
 * The meaning of a result. A code that comes with another status than its own (S with a refusal, F with SUCCESS) contradicts itself, and
 * a contradiction is never read either way; nor is a status or a code that isn't known.
 */
export function meaningOf(resultStatus: string, resultCode: string): WalletMeaning {
  // Accepted, with whatever code: it may be executed at any time.
  if (resultStatus === 'A') return { is: 'in_process' };
  const row = BY_CODE.get(resultCode);
  return row?.status === resultStatus ? row.meaning : { is: 'unknown' };
}
