/**
 * The wallet's result codes: those of its capture page, and the ones common to all its calls. The sandbox keeps its own table, apart
 * from the client's: two readings of the same page that must agree.
 */
export interface CodeEntry {
  /** S: done. F: it won't be done. U: unknown, ask again. */
  readonly status: 'S' | 'F' | 'U';
  readonly message: string;
  /**
   * Whether the code is the end of its request id: a repeat of the id is given the same result again. Refusals at the gate (signature,
   * format, load) never reach the capture, and a busy payment will be free again, so these leave the id unused.
   */
  readonly settles: boolean;
}

export const RESULT_CODES = {
  SUCCESS: { status: 'S', message: 'Success.', settles: true },

  ORDER_UNSUPPORTED_OPERATION: { status: 'F', message: 'This order cannot be captured.', settles: true },
  ORDER_STATUS_INVALID: { status: 'F', message: 'The order is in no state to be captured.', settles: true },
  ORDER_NOT_EXIST: { status: 'F', message: 'There is no such order.', settles: true },
  AUTH_CANCELLED: { status: 'F', message: 'The authorisation was cancelled.', settles: true },
  AUTH_EXPIRED: { status: 'F', message: 'The authorisation has expired.', settles: true },
  AUTH_NOT_FOUND: { status: 'F', message: 'There is no such authorisation.', settles: true },
  CAPTURE_IN_PROCESS: { status: 'U', message: 'The capture is being processed.', settles: false },
  CURRENCY_NOT_SUPPORT: { status: 'F', message: 'The merchant does not take this currency.', settles: true },
  USER_NOT_EXIST: { status: 'F', message: 'There is no such user.', settles: true },
  USER_BALANCE_NOT_ENOUGH: { status: 'F', message: "The user's balance is too low.", settles: true },
  USER_STATUS_ABNORMAL: { status: 'F', message: "The user's account is not in order.", settles: true },
  PARTNER_NOT_EXIST: { status: 'F', message: 'There is no such partner.', settles: true },
  PARTNER_STATUS_ABNORMAL: { status: 'F', message: "The partner's account is not in order.", settles: true },
  PAYMENT_AMOUNT_EXCEED_LIMIT: { status: 'F', message: 'The amount is above the limit.', settles: true },
  PAYMENT_COUNT_EXCEED_LIMIT: { status: 'F', message: 'Too many payments.', settles: true },
  REPEAT_REQ_INCONSISTENT: {
    status: 'F',
    message: 'This request id was used before, with other content.',
    settles: false,
  },
  USER_AMOUNT_EXCEED_LIMIT: { status: 'F', message: "The amount is above the user's limit.", settles: true },
  RISK_REJECT: { status: 'F', message: 'Refused by risk control.', settles: true },
  CLIENT_INVALID: { status: 'F', message: 'This client is not known.', settles: false },
  SIGNATURE_INVALID: { status: 'F', message: 'The signature does not hold.', settles: false },
  METHOD_NOT_SUPPORTED: { status: 'F', message: 'Only POST is served here.', settles: false },
  MEDIA_TYPE_NOT_ACCEPTABLE: { status: 'F', message: 'Only application/json is read here.', settles: false },
  CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT: {
    status: 'F',
    message: 'The amount is above what was authorised.',
    settles: true,
  },
  MUTEX_OPERATION_IN_PROCESSING: {
    status: 'F',
    message: 'Another operation on this payment is under way.',
    settles: false,
  },

  PROCESS_FAIL: { status: 'F', message: 'The request failed.', settles: true },
  PARAM_ILLEGAL: { status: 'F', message: 'A parameter is missing or malformed.', settles: false },
  INVALID_API: { status: 'F', message: 'There is no such API.', settles: false },
  ACCESS_DENIED: { status: 'F', message: 'Access is denied.', settles: false },
  KEY_NOT_FOUND: { status: 'F', message: 'There is no key of this version.', settles: false },
  REQUEST_TRAFFIC_EXCEED_LIMIT: { status: 'F', message: 'Too many requests; slow down.', settles: false },
  EXPIRED_ACCESS_TOKEN: { status: 'F', message: 'The access token has expired.', settles: false },
  UNKNOWN_EXCEPTION: { status: 'U', message: 'The call failed for unknown reasons.', settles: false },
} as const satisfies Readonly<Record<string, CodeEntry>>;

export type ResultCode = keyof typeof RESULT_CODES;

/** The table's entry of a code, or `null` for a code that the wallet doesn't have. */
export function codeEntry(code: string): CodeEntry | null {
  return Object.hasOwn(RESULT_CODES, code) ? RESULT_CODES[code as ResultCode] : null;
}

/** What random declines are. */
export const USUAL_DECLINES = [
  'USER_BALANCE_NOT_ENOUGH',
  'RISK_REJECT',
  'AUTH_CANCELLED',
  'USER_STATUS_ABNORMAL',
  'PAYMENT_AMOUNT_EXCEED_LIMIT',
] as const satisfies readonly ResultCode[];
