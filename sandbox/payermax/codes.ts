/**
 * PayerMax's return codes, and what they say. APPLY_SUCCESS says that a request was accepted, not that money moved. The sandbox keeps its
 * own table, apart from the client's: two readings of the same page that must agree.
 */
export const CODES = {
  APPLY_SUCCESS: 'Success.',

  SIGN_VERIFY_FAILED: 'The signature does not hold.',
  MERCHANT_APP_INVALID: 'This app is not known.',
  MERCHANT_INVALID: 'This merchant is not known, or the app is not its own.',
  REQ_TIME_OVER_TIME: 'The time of the request is too far from ours.',
  PARAMS_INVALID: 'A parameter is missing or malformed.',
  AMOUNT_INVALID: 'The amount is not one of this currency.',

  ORDER_NOT_EXIST: 'There is no such order.',
  ORDER_REPEAT: 'This request was sent before.',
  CURRENCY_INVALID: 'The currency is not the one of the order.',
  AMOUNT_LIMIT: 'The amount is above the limit.',
  COUNTRY_INVALID: 'The country is not supported.',
  CONTRACT_INVALID: 'The contract does not cover this.',
  PAYMENT_FAILED: 'The payment failed.',

  TOO_MANY_REQUEST: 'Too many requests; slow down.',
  REQUEST_TIMEOUT: 'The request took too long.',
  UNEXPECTED_ERROR: 'Something went wrong.',
  SYSTEM_ERROR: 'The system is in trouble.',
} as const satisfies Readonly<Record<string, string>>;

export type Code = keyof typeof CODES;

/** A code that accepts nothing. */
export type RefusalCode = Exclude<Code, 'APPLY_SUCCESS'>;

/**
 * Why an accepted capture came to nothing, as its `errorCode`. No page lists these: all but PAYMENT_FAILED are the sandbox's own words.
 */
export const CAPTURE_ERRORS = {
  AUTHORIZATION_EXPIRED: 'The authorisation has expired.',
  AUTHORIZATION_CAPTURED: 'The authorisation was captured already.',
  AUTHORIZATION_BUSY: 'Another capture of the authorisation is under way.',
  PAYMENT_FAILED: CODES.PAYMENT_FAILED,
} as const satisfies Readonly<Record<string, string>>;

export type CaptureError = keyof typeof CAPTURE_ERRORS;

/** What can become of a capture. CLOSED is a failure too. */
export const STATUSES = ['PENDING', 'SUCCESS', 'FAILED', 'CLOSED'] as const;
export type Status = (typeof STATUSES)[number];

/** Codes over which random declines are spread. */
export const USUAL_DECLINES: readonly RefusalCode[] = [
  'AMOUNT_LIMIT',
  'COUNTRY_INVALID',
  'CURRENCY_INVALID',
  'CONTRACT_INVALID',
  'PAYMENT_FAILED',
];

export function isRefusalCode(text: string): text is RefusalCode {
  return Object.hasOwn(CODES, text) && text !== 'APPLY_SUCCESS';
}

export function isStatus(text: string): text is Status {
  return STATUSES.some((status) => status === text);
}

/** What a code of either table says; a scripted code of none says no more than that. */
export function messageOf(code: string): string {
  const messages: Readonly<Record<string, string>> = { ...CODES, ...CAPTURE_ERRORS };
  return (Object.hasOwn(messages, code) ? messages[code] : undefined) ?? 'A scripted answer.';
}
