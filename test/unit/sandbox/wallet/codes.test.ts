import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codeEntry, RESULT_CODES } from '../../../../sandbox/wallet/codes.js';

const withStatus = (status: string): string[] =>
  Object.entries(RESULT_CODES)
    .filter(([, entry]) => entry.status === status)
    .map(([code]) => code);

describe("the wallet's codes", () => {
  it('are those of its capture page and the common ones, with their statuses', () => {
    assert.deepEqual(withStatus('S'), ['SUCCESS']);
    assert.deepEqual(withStatus('U').toSorted(), ['CAPTURE_IN_PROCESS', 'UNKNOWN_EXCEPTION']);
    assert.equal(withStatus('F').length, 30);
  });

  it('settle their request id, but for U and what never reached the capture', () => {
    const open = Object.entries(RESULT_CODES).filter(([, { settles }]) => !settles);
    assert.deepEqual(open.map(([code]) => code).toSorted(), [
      'ACCESS_DENIED',
      'CAPTURE_IN_PROCESS',
      'CLIENT_INVALID',
      'EXPIRED_ACCESS_TOKEN',
      'INVALID_API',
      'KEY_NOT_FOUND',
      'MEDIA_TYPE_NOT_ACCEPTABLE',
      'METHOD_NOT_SUPPORTED',
      'MUTEX_OPERATION_IN_PROCESSING',
      'PARAM_ILLEGAL',
      'REPEAT_REQ_INCONSISTENT',
      'REQUEST_TRAFFIC_EXCEED_LIMIT',
      'SIGNATURE_INVALID',
      'UNKNOWN_EXCEPTION',
    ]);
  });

  it('are found by name, and nothing else is', () => {
    assert.equal(codeEntry('AUTH_EXPIRED')?.status, 'F');
    assert.equal(codeEntry('NO_SUCH_CODE'), null);
    assert.equal(codeEntry('toString'), null);
  });
});
