import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Evidence, Finding } from '../../../../../src/capture/evidence.js';
import { claimedBy } from '../../../../../src/capture/evidence.js';
import type { Money } from '../../../../../src/capture/money.js';
import type { InquiryCall } from '../../../../../src/ports/provider.js';
import type { Reading } from '../../../../../src/providers/answers.js';
import { YABANDPAY_CODES } from '../../../../../src/providers/yabandpay/codes.js';
import { inquiryData, readInquiry } from '../../../../../src/providers/yabandpay/inquiry.js';
import { EPOCH } from '../../../../support/captures.js';

const TRADE_ID = '2eb629a8-96ad-d495-38f2-41f5bebf31cd';
const full: Money = { amount: 2_499n, currency: 'EUR' };
const part: Money = { amount: 1_000n, currency: 'EUR' };
const UNREADABLE: Reading = { finding: { is: 'unknown' }, code: null, message: 'unreadable' };

type Members = Readonly<Record<string, unknown>>;

function callFor(money: Money): InquiryCall {
  return {
    paymentId: TRADE_ID,
    captureReference: TRADE_ID,
    requestId: 'REQ-1',
    money,
    authorisedAmount: full.amount,
  };
}

/** An answer about our trade in the form of the page, with these members of it changed or left out. */
function about(members: Members): object {
  const trade = {
    trade_id: TRADE_ID,
    merchant_name: 'A merchant',
    pay_method: 'online',
    order_id: '20240524100500801159g28',
    amount: '24.99',
    tip_amount: '0.10',
    currency: 'EUR',
    settlement_amount: '23.41',
    settlement_currency: 'CHF',
    exchange_rate: '0.94',
    created_at: '1728566835',
    time_out: '1440',
    amount_cny: '',
    transaction_id: '4200002425202409032894611438',
    yb_transaction_id: 'c8823612-383f-35fc-f28d-c0eae039e870',
    ...members,
  };
  return { status: true, code: '200', data: { transaction_info: trade }, message: '' };
}

function readingOf(answer: object, money = full): Reading {
  return readInquiry(Buffer.from(JSON.stringify(answer)), callFor(money)) ?? UNREADABLE;
}

function findingOf(members: Members, money = full): Finding {
  return readingOf(about(members), money).finding;
}

/** What the capture's own rules make of an answer, given what was asked. */
function claimOf(members: Members, money = full): string {
  const evidence: Evidence = {
    evidenceId: 'e',
    kind: 'inquiry',
    attempt: null,
    at: EPOCH,
    finding: findingOf(members, money),
    providerCode: null,
    providerMessage: null,
    raw: null,
  };
  return claimedBy(evidence, { money, requestIds: ['REQ-1'], requestId: 'REQ-1', isAmended: false });
}

describe('an inquiry', () => {
  it('asks by the trade id alone', () => {
    assert.equal(Buffer.from(inquiryData(TRADE_ID)).toString('utf8'), `{"trade_id":"${TRADE_ID}"}`);
  });
});

describe('a trade that is paid', () => {
  it('is captured, for what it names, under its own id', () => {
    assert.deepEqual(readingOf(about({ state: 'paid', paid_time: '1728566935' })), {
      finding: {
        is: 'captured',
        money: full,
        requestId: null,
        providerCaptureId: TRADE_ID,
        capturedAt: new Date('2024-10-10T13:28:55Z'),
      },
      code: 'paid',
      message: '',
    });
  });

  it('is a mismatch for another amount, the authorised one too, and for another currency', () => {
    assert.equal(claimOf({ state: 'paid' }), 'captured');
    assert.equal(claimOf({ state: 'paid', amount: '10' }, part), 'captured');
    assert.equal(claimOf({ state: 'paid' }, part), 'mismatch');
    assert.equal(claimOf({ state: 'paid', amount: '10' }), 'mismatch');
    assert.equal(claimOf({ state: 'paid', currency: 'CHF' }), 'mismatch');
  });

  it('is unknown without its amount or its currency', () => {
    for (const members of [{ amount: undefined }, { amount: '' }, { currency: undefined }]) {
      assert.deepEqual(findingOf({ state: 'paid', ...members }), { is: 'unknown' });
    }
  });
});

describe('a trade with a refund', () => {
  const states = [
    '20',
    '21',
    '22',
    '23',
    '24',
    'to-be-approval',
    'refund pending',
    'Refunded',
    'refund failed',
  ];
  for (const state of states) {
    it(`proves the capture of the amount beside it: ${state}`, () => {
      assert.equal(claimOf({ state }), 'captured');
      assert.equal(claimOf({ state, amount: '10' }, part), 'captured');
    });

    it(`is never a success for an amount that isn't ours, or isn't there: ${state}`, () => {
      assert.equal(claimOf({ state, amount: '10' }), 'mismatch');
      assert.equal(claimOf({ state, amount: '0.01' }), 'mismatch');
      assert.deepEqual(findingOf({ state, amount: undefined }), { is: 'unknown' });
    });
  }
});

describe('a trade that is not captured', () => {
  const findings: Record<string, Finding> = {
    authorized: { is: 'authorised' },
    Authorized: { is: 'authorised' },
    '01': { is: 'authorised' },
    pending: { is: 'in_process' },
    processing: { is: 'in_process' },
    verify: { is: 'in_process' },
    new: { is: 'in_process' },
    declined: { is: 'declined', category: 'other' },
    failed: { is: 'declined', category: 'other' },
    expired: { is: 'declined', category: 'expired' },
    cancelled: { is: 'cancelled' },
    canceled: { is: 'cancelled' },
  };
  for (const [state, finding] of Object.entries(findings)) {
    it(`is ${finding.is} as ${state}, for the authorised amount or for ours`, () => {
      assert.deepEqual(readingOf(about({ state }), part), { finding, code: state, message: '' });
      assert.deepEqual(findingOf({ state, amount: '10.0' }, part), finding);
      assert.deepEqual(findingOf({ state, amount: undefined, currency: undefined }, part), finding);
    });

    it(`is foreign as ${state} for any other money`, () => {
      for (const other of [
        { amount: '10.01' },
        { amount: '24.999' },
        { currency: 'CHF' },
        { currency: 'XTS' },
      ]) {
        assert.deepEqual(findingOf({ state, ...other }, part), { is: 'foreign' });
      }
    });
  }

  it('is unknown in a state that nobody has explained, or in none', () => {
    for (const state of ['completed', 'success', 'captured', '0', '09']) {
      assert.deepEqual(findingOf({ state }), { is: 'unknown' }, state);
      assert.deepEqual(findingOf({ state, amount: '10.01' }), { is: 'foreign' }, state);
    }
    assert.deepEqual(readingOf(about({})), { finding: { is: 'unknown' }, code: '200', message: '' });
  });
});

describe('an answer to an inquiry', () => {
  it('of another trade is foreign, whatever has become of that', () => {
    for (const state of [
      'paid',
      'refunded',
      'declined',
      'cancelled',
      'authorized',
      'processing',
      'completed',
    ]) {
      for (const tradeId of [TRADE_ID.toUpperCase(), 'another']) {
        assert.deepEqual(findingOf({ state, trade_id: tradeId }), { is: 'foreign' }, state);
      }
    }
  });

  it('that refuses the inquiry is foreign if it names another trade or other money', () => {
    for (const { code, status } of YABANDPAY_CODES) {
      for (const other of [{ trade_id: 'another' }, { amount: '10.01' }, { currency: 'CHF' }]) {
        const answer = { ...about({ state: 'paid', ...other }), code, status: !status };
        assert.deepEqual(readingOf(answer).finding, { is: 'foreign' }, code);
        if (status) continue;
        assert.deepEqual(readingOf({ ...answer, status }).finding, { is: 'foreign' }, code);
      }
    }
  });

  it('of no trade is unknown', () => {
    for (const state of ['paid', 'authorized', 'declined']) {
      assert.deepEqual(findingOf({ state, trade_id: undefined }), { is: 'unknown' }, state);
    }
    for (const data of [undefined, null, [], {}, { transaction_info: null }, { transaction_info: [] }]) {
      assert.deepEqual(readingOf({ status: true, code: '200', data }).finding, { is: 'unknown' });
    }
  });

  it('never decides the capture by its code', () => {
    for (const { code, status, meaning } of YABANDPAY_CODES) {
      if (status) continue;
      const expected = meaning.is === 'account_fault' ? 'account_fault' : 'unknown';
      // An answer that says all the rest of a success changes nothing.
      for (const answer of [
        { status, code },
        { ...about({ state: 'paid' }), status, code },
      ]) {
        const reading = readingOf(answer);
        assert.deepEqual([reading.finding, reading.code], [{ is: expected }, code]);
      }
      assert.deepEqual(readingOf({ ...about({ state: 'paid' }), code }).finding, { is: 'unknown' }, code);
    }
    for (const members of [{ status: false }, { code: '0' }, { code: '-9999', status: false }]) {
      assert.deepEqual(readingOf({ ...about({ state: 'paid' }), ...members }).finding, { is: 'unknown' });
    }
  });

  it('is not taken from the form of an answer to a capture', () => {
    const data = { trade_id: TRADE_ID, amount: '24.99', currency: 'EUR', state: 'paid' };
    assert.deepEqual(readingOf({ status: true, code: '200', data }).finding, { is: 'unknown' });
  });
});
