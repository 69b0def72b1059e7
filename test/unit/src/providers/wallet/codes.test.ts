import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { meaningOf, WALLET_CODES } from '../../../../../src/providers/wallet/codes.js';

/** The code table of the capture page, its own S and U results included. Typed from the page, not from the table under test. */
const ON_THE_PAGE: Record<string, 'S' | 'U' | 'F'> = {
  SUCCESS: 'S',
  UNKNOWN_EXCEPTION: 'U',
  ORDER_UNSUPPORTED_OPERATION: 'F',
  ORDER_STATUS_INVALID: 'F',
  ORDER_NOT_EXIST: 'F',
  AUTH_CANCELLED: 'F',
  AUTH_EXPIRED: 'F',
  AUTH_NOT_FOUND: 'F',
  CAPTURE_IN_PROCESS: 'U',
  CURRENCY_NOT_SUPPORT: 'F',
  USER_NOT_EXIST: 'F',
  USER_BALANCE_NOT_ENOUGH: 'F',
  USER_STATUS_ABNORMAL: 'F',
  PARTNER_NOT_EXIST: 'F',
  PARTNER_STATUS_ABNORMAL: 'F',
  PAYMENT_AMOUNT_EXCEED_LIMIT: 'F',
  PAYMENT_COUNT_EXCEED_LIMIT: 'F',
  REPEAT_REQ_INCONSISTENT: 'F',
  USER_AMOUNT_EXCEED_LIMIT: 'F',
  RISK_REJECT: 'F',
  CLIENT_INVALID: 'F',
  SIGNATURE_INVALID: 'F',
  METHOD_NOT_SUPPORTED: 'F',
  MEDIA_TYPE_NOT_ACCEPTABLE: 'F',
  CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT: 'F',
  MUTEX_OPERATION_IN_PROCESSING: 'F',
};
const COMMON: Record<string, 'F'> = {
  PROCESS_FAIL: 'F',
  PARAM_ILLEGAL: 'F',
  INVALID_API: 'F',
  ACCESS_DENIED: 'F',
  KEY_NOT_FOUND: 'F',
  REQUEST_TRAFFIC_EXCEED_LIMIT: 'F',
  EXPIRED_ACCESS_TOKEN: 'F',
};
const ALL = Object.entries({ ...ON_THE_PAGE, ...COMMON });

/** Which codes carry which class; every other code of the tables is a refusal of the capture. */
const CLASSES: Record<string, string[]> = {
  captured: ['SUCCESS'],
  in_process: ['CAPTURE_IN_PROCESS'],
  busy: ['MUTEX_OPERATION_IN_PROCESSING'],
  not_processed: ['REQUEST_TRAFFIC_EXCEED_LIMIT'],
  account_fault: ['SIGNATURE_INVALID', 'CLIENT_INVALID', 'KEY_NOT_FOUND', 'ACCESS_DENIED'],
  id_taken: ['REPEAT_REQ_INCONSISTENT'],
  unknown: ['UNKNOWN_EXCEPTION', 'EXPIRED_ACCESS_TOKEN'],
};
const INVALID_REQUESTS = [
  'PARAM_ILLEGAL',
  'METHOD_NOT_SUPPORTED',
  'MEDIA_TYPE_NOT_ACCEPTABLE',
  'INVALID_API',
];

describe('the code table', () => {
  it('holds every code of the page and the common ones with its status, each once, and no other', () => {
    assert.deepEqual(
      WALLET_CODES.map(({ code, status }) => [code, status]).toSorted(),
      ALL.map(([code, status]) => [code, status]).toSorted(),
    );
  });

  for (const [code, status] of ALL) {
    const expected = Object.keys(CLASSES).find((name) => CLASSES[name]?.includes(code)) ?? 'declined';
    it(`reads ${status} ${code} as ${expected}`, () => {
      const meaning = meaningOf(status, code);
      assert.equal(meaning.is, expected);
      if (meaning.is === 'declined') {
        assert.equal(meaning.category === 'invalid_request', INVALID_REQUESTS.includes(code));
        assert.equal(meaning.category === 'other', code === 'PROCESS_FAIL');
      }
    });

    it(`reads ${code} with any other status as unknown, and as in process if it was accepted`, () => {
      assert.equal(meaningOf('A', code).is, 'in_process');
      for (const other of ['S', 'U', 'F', 's', '', 'SUCCESS'].filter((word) => word !== status)) {
        assert.equal(meaningOf(other, code).is, 'unknown', `${other} ${code}`);
      }
    });
  }

  it('reads a code that it does not hold as unknown, and as in process if it was accepted', () => {
    for (const code of ['', 'success', 'SYSTEM_ERROR', 'INVALID_CONTRACT', 'toString', '__proto__']) {
      for (const status of ['S', 'U', 'F', '']) {
        assert.equal(meaningOf(status, code).is, 'unknown', `${status} ${code}`);
      }
      assert.equal(meaningOf('A', code).is, 'in_process', code);
    }
  });
});
