import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { FailureCategory } from '../../../../../src/capture/outcome.js';
import { categoryOf, meaningOf, PAYERMAX_CODES } from '../../../../../src/providers/payermax/codes.js';

/** The code that the capture page names and the common ones, with what is to become of each. Typed from the pages, not from the table. */
const CLASSES: Record<string, readonly string[]> = {
  accepted: ['APPLY_SUCCESS'],
  unknown: ['SYSTEM_ERROR', 'REQUEST_TIMEOUT', 'UNEXPECTED_ERROR', 'ORDER_REPEAT'],
  not_processed: ['REQ_TIME_OVER_TIME', 'TOO_MANY_REQUEST'],
  account_fault: ['SIGN_VERIFY_FAILED', 'MERCHANT_INVALID', 'MERCHANT_APP_INVALID'],
};
const CATEGORIES: Record<string, FailureCategory> = {
  PARAMS_INVALID: 'invalid_request',
  AMOUNT_INVALID: 'invalid_request',
  AMOUNT_LIMIT: 'limit',
  COUNTRY_INVALID: 'unsupported',
  CURRENCY_INVALID: 'currency',
  CONTRACT_INVALID: 'account',
  PAYMENT_FAILED: 'other',
  ORDER_NOT_EXIST: 'not_found',
};

describe('the code table', () => {
  it('holds every code of the pages once, and no other', () => {
    assert.deepEqual(
      PAYERMAX_CODES.map(({ code }) => code).toSorted(),
      [...Object.values(CLASSES).flat(), ...Object.keys(CATEGORIES)].toSorted(),
    );
  });

  for (const [is, codes] of Object.entries(CLASSES)) {
    for (const code of codes) {
      it(`reads ${code} as ${is}`, () => {
        assert.deepEqual(meaningOf(code), { is });
        assert.equal(categoryOf(code), 'other', 'as the reason of a failure it says nothing more');
      });
    }
  }

  for (const [code, category] of Object.entries(CATEGORIES)) {
    it(`reads ${code} as declined: ${category}`, () => {
      assert.deepEqual(meaningOf(code), { is: 'declined', category });
      assert.equal(categoryOf(code), category);
    });
  }

  it('reads a code that it does not hold as unknown', () => {
    for (const code of ['', 'SUCCESS', 'apply_success', 'FAILED', 'toString', '__proto__']) {
      assert.deepEqual(meaningOf(code), { is: 'unknown' }, code);
      assert.equal(categoryOf(code), 'other');
    }
    assert.equal(categoryOf(null), 'other');
  });
});
