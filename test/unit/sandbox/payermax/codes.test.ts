import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CODES,
  isRefusalCode,
  isStatus,
  messageOf,
  USUAL_DECLINES,
} from '../../../../sandbox/payermax/codes.js';

describe("PayerMax's codes", () => {
  it('are those of its pages', () => {
    assert.deepEqual(Object.keys(CODES).toSorted(), [
      'AMOUNT_INVALID',
      'AMOUNT_LIMIT',
      'APPLY_SUCCESS',
      'CONTRACT_INVALID',
      'COUNTRY_INVALID',
      'CURRENCY_INVALID',
      'MERCHANT_APP_INVALID',
      'MERCHANT_INVALID',
      'ORDER_NOT_EXIST',
      'ORDER_REPEAT',
      'PARAMS_INVALID',
      'PAYMENT_FAILED',
      'REQUEST_TIMEOUT',
      'REQ_TIME_OVER_TIME',
      'SIGN_VERIFY_FAILED',
      'SYSTEM_ERROR',
      'TOO_MANY_REQUEST',
      'UNEXPECTED_ERROR',
    ]);
  });

  it('refuse, but for the one that accepts; nothing else is a code', () => {
    assert.deepEqual(
      Object.keys(CODES).filter((code) => !isRefusalCode(code)),
      ['APPLY_SUCCESS'],
    );
    assert.ok(USUAL_DECLINES.every(isRefusalCode));
    for (const other of ['NO_SUCH_CODE', 'toString']) assert.equal(isRefusalCode(other), false);
  });

  it('say something, and so do codes of captures and of scripts', () => {
    assert.equal(messageOf('APPLY_SUCCESS'), 'Success.');
    assert.equal(messageOf('AUTHORIZATION_EXPIRED'), 'The authorisation has expired.');
    for (const other of ['NO_SUCH_CODE', 'toString']) assert.equal(messageOf(other), 'A scripted answer.');
  });

  it('have four statuses beside them', () => {
    assert.ok(['PENDING', 'SUCCESS', 'FAILED', 'CLOSED'].every(isStatus));
    assert.equal(isStatus('success'), false);
  });
});
