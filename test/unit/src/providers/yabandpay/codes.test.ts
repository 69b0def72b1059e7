import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { YabandpayMeaning } from '../../../../../src/providers/yabandpay/codes.js';
import { meaningOf, YABANDPAY_CODES } from '../../../../../src/providers/yabandpay/codes.js';

/** The code table of the capture page, typed from the page, with what each code must mean. */
const ON_THE_PAGE: Record<string, { status: boolean; meaning: YabandpayMeaning }> = {
  '200': { status: true, meaning: { is: 'answered' } },
  '-1000': { status: false, meaning: { is: 'unknown' } },
  '-403': { status: false, meaning: { is: 'account_fault' } },
  '-2001': { status: false, meaning: { is: 'account_fault' } },
  '-3001': { status: false, meaning: { is: 'declined', category: 'invalid_request' } },
  '-4118': { status: false, meaning: { is: 'id_taken' } },
  '-4089': { status: false, meaning: { is: 'declined', category: 'expired' } },
  '-4084': { status: false, meaning: { is: 'declined', category: 'amount' } },
  '-4085': { status: false, meaning: { is: 'declined', category: 'currency' } },
  '-4024': { status: false, meaning: { is: 'declined', category: 'not_found' } },
};

describe('the code table', () => {
  it('holds every code of the page with its status, each once, and no other', () => {
    assert.deepEqual(
      YABANDPAY_CODES.map(({ code, status }) => [code, status]).toSorted(),
      Object.entries(ON_THE_PAGE)
        .map(([code, { status }]) => [code, status])
        .toSorted(),
    );
  });

  for (const [code, { status, meaning }] of Object.entries(ON_THE_PAGE)) {
    it(`reads ${code} as ${meaning.is}, with its own status only`, () => {
      assert.deepEqual(meaningOf(status, code), meaning);
      assert.deepEqual(meaningOf(!status, code), { is: 'unknown' });
    });
  }

  it('reads a code that it does not hold as unknown, whatever the status', () => {
    for (const status of [true, false]) {
      for (const code of [
        '',
        '0',
        '-200',
        '200.0',
        '+200',
        ' 200',
        '-4090',
        '4084',
        'toString',
        '__proto__',
      ]) {
        assert.deepEqual(meaningOf(status, code), { is: 'unknown' }, code);
      }
    }
  });
});
