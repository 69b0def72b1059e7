import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Evidence, Finding } from '../../../../../src/capture/evidence.js';
import type { Money } from '../../../../../src/capture/money.js';
import { MAX_MINOR_UNITS } from '../../../../../src/capture/money.js';
import { verdictOf } from '../../../../../src/capture/verdict.js';
import type { Reading } from '../../../../../src/providers/answers.js';
import { readCapture } from '../../../../../src/providers/yabandpay/capture-call.js';
import { YABANDPAY_CODES } from '../../../../../src/providers/yabandpay/codes.js';
import { writeAmount } from '../../../../../src/providers/yabandpay/rules.js';
import { YABANDPAY_STATES } from '../../../../../src/providers/yabandpay/states.js';
import { aCapture, EPOCH, POLICY } from '../../../../support/captures.js';

/** The answer that the capture page shows. */
const PAGE = {
  status: true,
  code: '200',
  data: {
    order_id: '23505805395809345894869',
    trade_id: '160899f3-f6d9-a8d8-ab5b-82eacdab9c5b',
    amount: '1',
    currency: 'EUR',
    settlement_amount: '1',
    settlement_currency: 'EUR',
    exchange_rate: '1',
    state: 'paid',
  },
  message: '',
  response_id: '202407111550570060848432',
};
const TRADE_ID = PAGE.data.trade_id;
const EUR_1: Money = { amount: 100n, currency: 'EUR' };
const UNREADABLE: Reading = { finding: { is: 'unknown' }, code: null, message: 'unreadable' };

type Members = Readonly<Record<string, unknown>>;

function readingOf(answer: object, money = EUR_1): Reading {
  const body = Buffer.from(JSON.stringify(answer));
  return readCapture(body, { captureReference: TRADE_ID, money }) ?? UNREADABLE;
}

/** What the page's answer says with these members of its data changed, or left out (`undefined`). */
function answered(data: Members, money = EUR_1): Finding {
  return readingOf({ ...PAGE, data: { ...PAGE.data, ...data } }, money).finding;
}

function refused(code: string, data: unknown): Finding {
  return readingOf({ status: false, code, message: 'No.', data }).finding;
}

/** What becomes of a capture of `money` whose only attempt got this answer. */
function outcomeOf(data: Members, money = EUR_1): string {
  const evidence: Evidence = {
    evidenceId: 'e',
    kind: 'capture_response',
    attempt: 1,
    at: EPOCH,
    finding: answered(data, money),
    providerCode: null,
    providerMessage: null,
    raw: null,
  };
  const capture = aCapture({ money, requestId: 'REQ-1', attempts: 1 });
  const verdict = verdictOf(capture, [evidence], POLICY.quietPeriodMs);
  return verdict.says === 'pending' ? `pending/${verdict.reason}` : verdict.says;
}

const CAPTURED: Finding = {
  is: 'captured',
  money: EUR_1,
  requestId: null,
  providerCaptureId: TRADE_ID,
  capturedAt: null,
};

/** What names another amount or currency than 1 EUR. */
const OTHER_MONEY: readonly Members[] = [
  { amount: '2' },
  { amount: '1.01' },
  { amount: '0' },
  { amount: '-1' },
  { amount: '1.001' },
  { amount: '1E99' },
  { currency: 'USD' },
  { currency: 'KWD' },
  { currency: 'XTS' },
];
const UNDECIDED_STATES = ['authorized', 'pending', 'processing', 'verify', 'new'];
const REFUSED_STATES = ['declined', 'failed', 'expired', 'cancelled', 'canceled'];

describe("the page's answer", () => {
  it('is a capture of what it names', () => {
    assert.deepEqual(readingOf(PAGE), { finding: CAPTURED, code: 'paid', message: '' });
    assert.equal(outcomeOf({}), 'succeeded');
  });

  it('is a mismatch if something else was asked', () => {
    assert.equal(outcomeOf({}, { amount: 101n, currency: 'EUR' }), 'pending/integrity_mismatch');
    assert.equal(outcomeOf({}, { amount: 100n, currency: 'USD' }), 'pending/integrity_mismatch');
  });
});

describe('an amount in an answer', () => {
  for (const amount of ['1', '1.0', '1.00', '01', '1.0000', '1e0', '0.01E2', 1]) {
    it(`is compared as a number: ${JSON.stringify(amount)} is 1.00`, () => {
      assert.deepEqual(answered({ amount }), CAPTURED);
    });
  }

  it('reads back as what was written, and as nothing else', () => {
    const minor = fc.bigInt({ min: 1n, max: MAX_MINOR_UNITS });
    fc.assert(
      fc.property(minor, minor, fc.constantFrom('JPY', 'EUR', 'KWD', 'CLF'), (asked, named, currency) => {
        const money = { amount: asked, currency };
        const same = { amount: writeAmount(money), currency };
        const other = { amount: writeAmount({ amount: named, currency }), currency };
        return (
          outcomeOf(same, money) === 'succeeded' &&
          (asked === named || outcomeOf(other, money) === 'pending/integrity_mismatch')
        );
      }),
    );
  });

  it('differs by a single minor unit, however large it is, also where no money moved', () => {
    const large = fc.bigInt({ min: MAX_MINOR_UNITS / 2n, max: MAX_MINOR_UNITS - 1n });
    fc.assert(
      fc.property(large, fc.constantFrom('JPY', 'EUR', 'KWD', 'CLF'), (amount, currency) => {
        const money = { amount, currency };
        const named = (minor: bigint): Members => ({
          amount: writeAmount({ amount: minor, currency }),
          currency,
          state: 'processing',
        });
        return (
          answered(named(amount), money).is === 'in_process' &&
          answered(named(amount + 1n), money).is === 'foreign'
        );
      }),
    );
  });

  it('is never rounded into what was asked', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999_999 }),
        fc.constantFrom('paid', 'refunded'),
        (more, state) => {
          const amount = `1.00${more.toString().padStart(6, '0')}`;
          return outcomeOf({ amount, state }) === 'pending/integrity_mismatch';
        },
      ),
    );
  });

  it('is passed on with a capture, as far as it is money', () => {
    assert.deepEqual(answered({ amount: '2' }), { ...CAPTURED, money: { amount: 200n, currency: 'EUR' } });
    assert.deepEqual(answered({ currency: 'KWD' }), {
      ...CAPTURED,
      money: { amount: 1_000n, currency: 'KWD' },
    });
    for (const amount of ['0', '-1', '1.001', '1E99', '92233720368547758.08']) {
      assert.deepEqual(answered({ amount }), { is: 'foreign' }, amount);
    }
    assert.deepEqual(answered({ currency: 'XTS' }), { is: 'foreign' });
  });

  for (const other of OTHER_MONEY) {
    it(`that is another makes every state a mismatch: ${JSON.stringify(other)}`, () => {
      for (const { name } of YABANDPAY_STATES) {
        const { is } = answered({ ...other, state: name });
        assert.ok(is === 'foreign' || is === 'captured', name);
        assert.equal(outcomeOf({ ...other, state: name }), 'pending/integrity_mismatch', name);
      }
    });
  }
});

describe('a success', () => {
  it('that leaves out what decides was accepted, no more', () => {
    for (const name of ['trade_id', 'state', 'amount', 'currency']) {
      for (const value of [undefined, null, '']) {
        assert.deepEqual(answered({ [name]: value }), { is: 'in_process' }, `${name} ${String(value)}`);
      }
    }
    for (const data of [undefined, null, '', [], {}]) {
      assert.deepEqual(readingOf({ ...PAGE, data }).finding, { is: 'in_process' });
    }
  });

  it('is unknown if a member that decides cannot be read', () => {
    for (const data of [{ amount: 'one' }, { currency: 'euro' }, { state: 0 }, { trade_id: 7 }]) {
      assert.deepEqual(readingOf({ ...PAGE, data: { ...PAGE.data, ...data } }), UNREADABLE);
    }
  });

  const findings: Record<string, Finding> = {
    Paid: CAPTURED,
    '00': CAPTURED,
    refunded: CAPTURED,
    'refund failed': CAPTURED,
    pending: { is: 'in_process' },
    processing: { is: 'in_process' },
    verify: { is: 'in_process' },
    new: { is: 'in_process' },
    // Never `authorised`: that could license another send.
    authorized: { is: 'in_process' },
    declined: { is: 'declined', category: 'other' },
    failed: { is: 'declined', category: 'other' },
    expired: { is: 'declined', category: 'expired' },
    cancelled: { is: 'cancelled' },
    canceled: { is: 'cancelled' },
    completed: { is: 'in_process' },
    'PAID!': { is: 'in_process' },
  };
  for (const [state, finding] of Object.entries(findings)) {
    it(`with the state ${state} is ${finding.is}`, () => {
      const reading = readingOf({ ...PAGE, data: { ...PAGE.data, state } });
      assert.deepEqual(reading, { finding, code: state, message: '' });
    });
  }

  it('needs no money beside a state that moved none', () => {
    for (const state of [...UNDECIDED_STATES, ...REFUSED_STATES]) {
      const bare = answered({ state, amount: undefined, currency: undefined });
      assert.deepEqual(bare, answered({ state }), state);
    }
  });

  it('of another trade is foreign, whatever has become of that', () => {
    for (const tradeId of ['another', TRADE_ID.toUpperCase(), `${TRADE_ID} `]) {
      for (const state of [
        'paid',
        'refunded',
        ...UNDECIDED_STATES,
        ...REFUSED_STATES,
        'completed',
        undefined,
      ]) {
        assert.deepEqual(answered({ trade_id: tradeId, state }), { is: 'foreign' }, state);
      }
    }
  });

  it('of other money is foreign too where it leaves out what would decide', () => {
    for (const other of OTHER_MONEY) {
      for (const name of ['trade_id', 'state']) {
        assert.deepEqual(answered({ ...other, [name]: undefined }), { is: 'foreign' });
      }
      assert.deepEqual(answered({ ...other, state: 'completed' }), { is: 'foreign' });
    }
    assert.deepEqual(answered({ amount: '2', currency: undefined }), { is: 'foreign' });
    assert.deepEqual(answered({ amount: undefined, currency: 'USD' }), { is: 'foreign' });
  });
});

describe('a refusal', () => {
  for (const { code, status, meaning } of YABANDPAY_CODES) {
    if (status) continue;
    it(`with ${code} is ${meaning.is}, written as a text or as a number`, () => {
      for (const data of [undefined, null, '', [], {}, { trade_id: TRADE_ID }]) {
        assert.deepEqual(refused(code, data), meaning);
      }
      const reading = readingOf({ status: false, code: Number(code), message: 'No.' });
      assert.deepEqual(reading, { finding: meaning, code, message: 'No.' });
    });

    it(`with ${code} and the status of a success is unknown`, () => {
      assert.deepEqual(readingOf({ ...PAGE, code }).finding, { is: 'unknown' });
      assert.deepEqual(readingOf({ status: true, code }).finding, { is: 'unknown' });
    });
  }

  it('with the code of a success is unknown', () => {
    assert.deepEqual(readingOf({ ...PAGE, status: false }), {
      finding: { is: 'unknown' },
      code: '200',
      message: '',
    });
  });

  it('with a code that is on no page is unknown', () => {
    for (const code of ['-4090', '0', '', '-4084.0', 'SUCCESS']) {
      assert.deepEqual(refused(code, undefined), { is: 'unknown' }, code);
    }
  });

  it('beside a state that says otherwise is unknown', () => {
    for (const code of ['-4084', '-403']) {
      for (const state of ['paid', 'refunded', 'processing', 'cancelled', 'completed']) {
        assert.deepEqual(refused(code, { state }), { is: 'unknown' }, state);
      }
    }
    for (const state of ['declined', 'expired', 'authorized']) {
      assert.deepEqual(refused('-4089', { state }), { is: 'declined', category: 'expired' }, state);
    }
  });

  for (const { code, status } of YABANDPAY_CODES) {
    if (status) continue;
    it(`with ${code} is foreign if it names another trade, amount or currency`, () => {
      for (const other of [{ trade_id: 'another' }, ...OTHER_MONEY]) {
        assert.deepEqual(refused(code, { trade_id: TRADE_ID, ...other }), { is: 'foreign' });
        assert.deepEqual(refused(code, { state: 'declined', ...other }), { is: 'foreign' });
        assert.deepEqual(refused(code, { state: 'paid', ...other }), { is: 'foreign' });
      }
    });
  }

  it('that names our trade and our money is as it would be without them', () => {
    const ours = { trade_id: TRADE_ID, amount: '1.00', currency: 'EUR', state: 'declined' };
    assert.deepEqual(refused('-4084', ours), { is: 'declined', category: 'amount' });
    assert.deepEqual(refused('-403', ours), { is: 'account_fault' });
    assert.deepEqual(refused('-1000', ours), { is: 'unknown' });
  });

  it('of which the data cannot be read says nothing', () => {
    assert.equal(refused('-4084', 'paid').is, 'unknown');
    assert.equal(refused('-4084', { amount: 'one' }).is, 'unknown');
  });
});
