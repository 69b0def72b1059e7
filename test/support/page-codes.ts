import type { ProviderName } from '../../src/capture/capture.js';
import type { Finding } from '../../src/capture/evidence.js';
import type { FailureCategory } from '../../src/capture/outcome.js';
import type { Outcome } from './provider-rig.js';

/**
 * Every code of the providers' pages, typed from the pages by hand, with what it must become. It knows neither the client's tables nor the
 * sandbox's: three readings of one page that must agree. A test sends each code of each table from the sandbox, so one that is added here
 * is tested, and one that is added elsewhere is missed here.
 */

/** How an answer to a capture must be read, and what it makes of a capture whose only attempt it answers. */
export interface Expected {
  readonly finding: Finding['is'];
  readonly outcome: Outcome;
}

const SUCCEEDED: Expected = { finding: 'captured', outcome: 'succeeded' };
const IN_PROCESS: Expected = { finding: 'in_process', outcome: 'pending/in_process' };
const BUSY: Expected = { finding: 'busy', outcome: 'pending/unknown' };
const UNKNOWN: Expected = { finding: 'unknown', outcome: 'pending/unknown' };
const ID_TAKEN: Expected = { finding: 'id_taken', outcome: 'pending/unknown' };
const CANCELLED: Expected = { finding: 'cancelled', outcome: 'pending/unknown' };
// Nothing was executed: the capture is ours to send again.
const NOT_PROCESSED: Expected = { finding: 'not_processed', outcome: 'unsent' };
const ACCOUNT_FAULT: Expected = { finding: 'account_fault', outcome: 'unsent' };

function failed(category: FailureCategory): Expected {
  return { finding: 'declined', outcome: `failed/${category}` };
}

/** The status that a code of the wallet comes with. */
export interface WalletPageCode extends Expected {
  readonly status: 'S' | 'U' | 'F';
}

const withS = (expected: Expected): WalletPageCode => ({ status: 'S', ...expected });
const withU = (expected: Expected): WalletPageCode => ({ status: 'U', ...expected });
const withF = (expected: Expected): WalletPageCode => ({ status: 'F', ...expected });

export const WALLET_PAGE_CODES = {
  SUCCESS: withS(SUCCEEDED),
  UNKNOWN_EXCEPTION: withU(UNKNOWN),

  ORDER_UNSUPPORTED_OPERATION: withF(failed('unsupported')),
  ORDER_STATUS_INVALID: withF(failed('conflict')),
  ORDER_NOT_EXIST: withF(failed('not_found')),
  AUTH_CANCELLED: withF(failed('cancelled')),
  AUTH_EXPIRED: withF(failed('expired')),
  AUTH_NOT_FOUND: withF(failed('not_found')),
  CAPTURE_IN_PROCESS: withU(IN_PROCESS),
  CURRENCY_NOT_SUPPORT: withF(failed('currency')),
  USER_NOT_EXIST: withF(failed('not_found')),
  USER_BALANCE_NOT_ENOUGH: withF(failed('funds')),
  USER_STATUS_ABNORMAL: withF(failed('risk')),
  PARTNER_NOT_EXIST: withF(failed('account')),
  PARTNER_STATUS_ABNORMAL: withF(failed('account')),
  PAYMENT_AMOUNT_EXCEED_LIMIT: withF(failed('limit')),
  PAYMENT_COUNT_EXCEED_LIMIT: withF(failed('limit')),
  REPEAT_REQ_INCONSISTENT: withF(ID_TAKEN),
  USER_AMOUNT_EXCEED_LIMIT: withF(failed('limit')),
  RISK_REJECT: withF(failed('risk')),
  CLIENT_INVALID: withF(ACCOUNT_FAULT),
  SIGNATURE_INVALID: withF(ACCOUNT_FAULT),
  METHOD_NOT_SUPPORTED: withF(failed('invalid_request')),
  MEDIA_TYPE_NOT_ACCEPTABLE: withF(failed('invalid_request')),
  CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT: withF(failed('amount')),
  MUTEX_OPERATION_IN_PROCESSING: withF(BUSY),

  // Common to all calls of the wallet.
  PROCESS_FAIL: withF(failed('other')),
  PARAM_ILLEGAL: withF(failed('invalid_request')),
  INVALID_API: withF(failed('invalid_request')),
  ACCESS_DENIED: withF(ACCOUNT_FAULT),
  KEY_NOT_FOUND: withF(ACCOUNT_FAULT),
  REQUEST_TRAFFIC_EXCEED_LIMIT: withF(NOT_PROCESSED),
  EXPIRED_ACCESS_TOKEN: withF(UNKNOWN),
} as const satisfies Readonly<Record<string, WalletPageCode>>;

/** The status that a code of YabandPay comes with. */
export interface YabandpayPageCode extends Expected {
  readonly status: boolean;
}

const refused = (expected: Expected): YabandpayPageCode => ({ status: false, ...expected });

export const YABANDPAY_PAGE_CODES = {
  '200': { status: true, ...SUCCEEDED },
  '-1000': refused(UNKNOWN),
  '-403': refused(ACCOUNT_FAULT),
  '-2001': refused(ACCOUNT_FAULT),
  '-3001': refused(failed('invalid_request')),
  '-4118': refused(ID_TAKEN),
  '-4089': refused(failed('expired')),
  '-4084': refused(failed('amount')),
  '-4085': refused(failed('currency')),
  '-4024': refused(failed('not_found')),
} as const satisfies Readonly<Record<string, YabandpayPageCode>>;

/**
 * A state of a trade: the number that the pages list it under, and what it must become in the answer to a capture, and in the answer to an
 * inquiry after an attempt that brought nothing.
 */
export interface YabandpayPageState {
  readonly number: string | null;
  readonly capture: Expected;
  readonly inquiry: Expected;
}

const inBoth = (number: string | null, expected: Expected): YabandpayPageState => ({
  number,
  capture: expected,
  inquiry: expected,
});
/** An inquiry sees that it isn't over; what an attempt left open stays open. */
const open = (number: string | null): YabandpayPageState => ({
  number,
  capture: IN_PROCESS,
  inquiry: { finding: 'in_process', outcome: 'pending/unknown' },
});

export const YABANDPAY_PAGE_STATES = {
  paid: inBoth('00', SUCCEEDED),
  authorized: {
    number: '01',
    // That a capture was accepted and isn't made yet means that it may be made at any time.
    capture: IN_PROCESS,
    inquiry: { finding: 'authorised', outcome: 'pending/unknown' },
  },
  pending: open('02'),
  processing: open('03'),
  verify: open('04'),
  declined: inBoth('05', failed('other')),
  failed: inBoth('06', failed('other')),
  expired: inBoth('07', failed('expired')),
  cancelled: inBoth('08', CANCELLED),

  'to-be-approval': inBoth('20', SUCCEEDED),
  'refund pending': inBoth('21', SUCCEEDED),
  'refund processing': inBoth('22', SUCCEEDED),
  refunded: inBoth('23', SUCCEEDED),
  'refund failed': inBoth('24', SUCCEEDED),

  // Known to its shop plugins only.
  new: open(null),
  canceled: inBoth(null, CANCELLED),
} as const satisfies Readonly<Record<string, YabandpayPageState>>;

export const PAYERMAX_PAGE_CODES = {
  // Of a capture that succeeded; for the others see the statuses.
  APPLY_SUCCESS: SUCCEEDED,

  // Common to its collection calls.
  SYSTEM_ERROR: UNKNOWN,
  REQUEST_TIMEOUT: UNKNOWN,
  UNEXPECTED_ERROR: UNKNOWN,
  REQ_TIME_OVER_TIME: NOT_PROCESSED,
  TOO_MANY_REQUEST: NOT_PROCESSED,
  SIGN_VERIFY_FAILED: ACCOUNT_FAULT,
  MERCHANT_INVALID: ACCOUNT_FAULT,
  MERCHANT_APP_INVALID: ACCOUNT_FAULT,
  PARAMS_INVALID: failed('invalid_request'),
  AMOUNT_INVALID: failed('invalid_request'),
  AMOUNT_LIMIT: failed('limit'),
  COUNTRY_INVALID: failed('unsupported'),
  CURRENCY_INVALID: failed('currency'),
  CONTRACT_INVALID: failed('account'),
  PAYMENT_FAILED: failed('other'),

  // Of other calls.
  ORDER_NOT_EXIST: failed('not_found'),
  ORDER_REPEAT: UNKNOWN,
} as const satisfies Readonly<Record<string, Expected>>;

/** What an accepted capture has come to. */
export const PAYERMAX_PAGE_STATUSES = {
  SUCCESS: SUCCEEDED,
  PENDING: IN_PROCESS,
  FAILED: failed('other'),
  CLOSED: failed('other'),
} as const satisfies Readonly<Record<string, Expected>>;

export const PAGE_CODES: Readonly<Record<ProviderName, Readonly<Record<string, Expected>>>> = {
  wallet: WALLET_PAGE_CODES,
  yabandpay: YABANDPAY_PAGE_CODES,
  payermax: PAYERMAX_PAGE_CODES,
};
