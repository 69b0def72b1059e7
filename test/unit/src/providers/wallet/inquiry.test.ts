import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Evidence, Finding } from '../../../../../src/capture/evidence.js';
import { claimedBy } from '../../../../../src/capture/evidence.js';
import type { Money } from '../../../../../src/capture/money.js';
import type { InquiryCall } from '../../../../../src/ports/provider.js';
import type { Reading } from '../../../../../src/providers/answers.js';
import { inquiryBody, readInquiry } from '../../../../../src/providers/wallet/inquiry.js';

const full: Money = { amount: 150_000n, currency: 'IQD' };
const part: Money = { amount: 50_000n, currency: 'IQD' };
const success = { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: 'Success.' };

function callFor(money: Money): InquiryCall {
  return {
    paymentId: 'PAY-1',
    captureReference: 'PAY-1',
    requestId: 'REQ-1',
    money,
    authorisedAmount: full.amount,
  };
}

function wire({ amount, currency }: Money): object {
  return { value: amount.toString(), currency };
}

/** An answer about PAY-1, authorised for the full amount. */
function body(members: object): object {
  return {
    result: success,
    paymentId: 'PAY-1',
    paymentAmount: wire(full),
    paymentTime: '2026-11-20T10:00:00+00:00',
    ...members,
  };
}

function capture(transactionStatus: string, more: object = {}): object {
  return {
    transactionId: 'CAP-1',
    transactionType: 'CAPTURE',
    transactionStatus,
    transactionAmount: wire(full),
    transactionTime: '2026-11-20T13:00:00+03:00',
    ...more,
  };
}

function answerTo(json: object, call = callFor(full)): Reading {
  return readInquiry(Buffer.from(JSON.stringify(json)), call) ?? UNREADABLE;
}

const UNREADABLE: Reading = { finding: { is: 'unknown' }, code: null, message: 'unreadable' };

function findingOf(json: object, call = callFor(full)): Finding {
  return answerTo(json, call).finding;
}

/** What the capture's own rules make of an answer, given what was asked. */
function claimOf(json: object, call: InquiryCall): string {
  const { finding, code, message } = answerTo(json, call);
  const evidence: Evidence = {
    evidenceId: 'e',
    kind: 'inquiry',
    attempt: null,
    at: new Date(0),
    finding,
    providerCode: code,
    providerMessage: message,
    raw: null,
  };
  return claimedBy(evidence, {
    money: call.money,
    requestIds: [call.requestId],
    requestId: call.requestId,
    isAmended: false,
  });
}

describe('an inquiry', () => {
  it('asks by the payment id alone', () => {
    assert.equal(Buffer.from(inquiryBody('PAY-1')).toString('utf8'), '{"paymentId":"PAY-1"}');
  });

  it('is dated by when it began, not by when the wallet answered', () => {
    assert.equal(answerTo(body({ paymentStatus: 'AUTH_SUCCESS' })).at ?? null, null);
  });
});

describe('a transaction of type CAPTURE', () => {
  it('decides when it succeeded, with its amount', () => {
    const json = body({
      paymentStatus: 'SUCCESS',
      transactions: [capture('SUCCESS', { transactionAmount: wire(part) })],
    });
    assert.deepEqual(findingOf(json, callFor(part)), {
      is: 'captured',
      money: part,
      requestId: null,
      providerCaptureId: 'CAP-1',
      capturedAt: new Date('2026-11-20T10:00:00Z'),
    });
    assert.equal(claimOf(json, callFor(part)), 'captured');
    assert.equal(claimOf(json, callFor(full)), 'mismatch');
  });

  it('outweighs the payment status, which may lag behind', () => {
    for (const paymentStatus of ['AUTH_SUCCESS', 'PROCESSING', 'SUCCESS', 'ODD', null]) {
      const json = body({ paymentStatus, transactions: [capture('SUCCESS')] });
      assert.equal(claimOf(json, callFor(full)), 'captured');
    }
    for (const paymentStatus of ['AUTH_SUCCESS', 'FAIL', null]) {
      const json = body({ paymentStatus, transactions: [capture('FAIL')] });
      assert.deepEqual(findingOf(json), { is: 'declined', category: 'other' });
    }
  });

  it('decides nothing beside a payment status that ended otherwise, or may still', () => {
    for (const paymentStatus of ['SUCCESS', 'PROCESSING', 'CANCELLED', 'ODD', 'success', '']) {
      const json = body({ paymentStatus, transactions: [capture('FAIL')] });
      assert.deepEqual(findingOf(json), { is: 'unknown' }, paymentStatus);
    }
    const json = body({ paymentStatus: 'FAIL', transactions: [capture('SUCCESS')] });
    assert.deepEqual(findingOf(json), { is: 'unknown' });
  });

  it('is a mismatch in another currency or of another request', () => {
    const currency = capture('SUCCESS', { transactionAmount: wire({ ...full, currency: 'USD' }) });
    const request = capture('SUCCESS', { transactionRequestId: 'REQ-2' });
    for (const transaction of [currency, request]) {
      assert.equal(claimOf(body({ transactions: [transaction] }), callFor(full)), 'mismatch');
      assert.equal(
        claimOf(body({ transactions: [capture('SUCCESS'), transaction] }), callFor(full)),
        'mismatch',
      );
    }
    assert.equal(
      claimOf(body({ transactions: [capture('SUCCESS', { transactionRequestId: 'REQ-1' })] }), callFor(full)),
      'captured',
    );
  });

  it('is a mismatch when there are two: more moved than was asked', () => {
    const json = body({ transactions: [capture('SUCCESS'), capture('SUCCESS', { transactionId: 'CAP-2' })] });
    const finding = findingOf(json);
    assert.deepEqual(finding.is === 'captured' && finding.money, { amount: 300_000n, currency: 'IQD' });
    assert.equal(claimOf(json, callFor(full)), 'mismatch');
  });

  it('decides nothing without its amount', () => {
    const nameless = capture('SUCCESS', { transactionAmount: null });
    assert.deepEqual(findingOf(body({ transactions: [nameless] })), { is: 'unknown' });
    assert.deepEqual(findingOf(body({ transactions: [capture('SUCCESS'), nameless] })), { is: 'unknown' });
  });

  it('is in process while it is open, also beside a refused one', () => {
    for (const status of ['PROCESSING', 'PENDING']) {
      assert.deepEqual(findingOf(body({ paymentStatus: 'AUTH_SUCCESS', transactions: [capture(status)] })), {
        is: 'in_process',
      });
      assert.deepEqual(findingOf(body({ transactions: [capture('FAIL'), capture(status)] })), {
        is: 'in_process',
      });
    }
    const others = capture('PROCESSING', { transactionRequestId: 'REQ-2' });
    assert.deepEqual(findingOf(body({ transactions: [others] })), { is: 'busy' });
  });

  it('is unknown in any other state', () => {
    for (const status of ['CANCELLED', 'success', '', 'CLOSED']) {
      assert.deepEqual(findingOf(body({ paymentStatus: 'SUCCESS', transactions: [capture(status)] })), {
        is: 'unknown',
      });
      assert.deepEqual(findingOf(body({ transactions: [capture('FAIL'), capture(status)] })), {
        is: 'unknown',
      });
    }
  });

  it('says nothing about us if it is the refusal of another request', () => {
    const transactions = [capture('FAIL', { transactionRequestId: 'REQ-0' })];
    assert.deepEqual(findingOf(body({ paymentStatus: 'AUTH_SUCCESS', transactions })), { is: 'authorised' });
  });

  it('is the only type that counts', () => {
    for (const transactionType of ['PAYMENT', 'AUTHORIZATION', 'REFUND', 'VOID', 'capture']) {
      const transactions = [capture('SUCCESS', { transactionType })];
      assert.deepEqual(findingOf(body({ paymentStatus: 'AUTH_SUCCESS', transactions })), {
        is: 'authorised',
      });
    }
  });
});

describe('a payment status without such a transaction', () => {
  it('SUCCESS decides a full capture, and is a mismatch for a partial one', () => {
    for (const transactions of [undefined, null, []]) {
      const json = body({ paymentStatus: 'SUCCESS', transactions });
      assert.deepEqual(findingOf(json), {
        is: 'captured',
        money: full,
        requestId: null,
        providerCaptureId: null,
        capturedAt: null,
      });
      assert.equal(claimOf(json, callFor(full)), 'captured');
      assert.equal(claimOf(json, callFor(part)), 'mismatch');
    }
  });

  it('SUCCESS decides nothing without its amount', () => {
    assert.deepEqual(findingOf(body({ paymentStatus: 'SUCCESS', paymentAmount: null })), { is: 'unknown' });
  });

  const findings: Record<string, Finding> = {
    AUTH_SUCCESS: { is: 'authorised' },
    PROCESSING: { is: 'in_process' },
    FAIL: { is: 'declined', category: 'other' },
    CANCELLED: { is: 'unknown' },
    success: { is: 'unknown' },
    '': { is: 'unknown' },
  };
  for (const [paymentStatus, finding] of Object.entries(findings)) {
    it(`${JSON.stringify(paymentStatus)} is ${finding.is}`, () => {
      const answer = answerTo(body({ paymentStatus }));
      assert.deepEqual(answer.finding, finding);
      assert.equal(answer.code, paymentStatus);
    });
  }

  it('missing is unknown', () => {
    assert.deepEqual(findingOf(body({})), { is: 'unknown' });
  });
});

describe('an answer to an inquiry that names other money', () => {
  const dollar = wire({ amount: 1n, currency: 'USD' });
  const others = [dollar, wire({ ...full, amount: 1n }), wire({ ...full, currency: 'USD' })];
  const statuses = ['AUTH_SUCCESS', 'PROCESSING', 'FAIL', 'CANCELLED', 'ODD', null];

  it('is foreign if the payment has it, whatever its status', () => {
    for (const paymentAmount of others) {
      for (const paymentStatus of statuses) {
        for (const money of [full, part]) {
          const json = body({ paymentStatus, paymentAmount });
          assert.deepEqual(findingOf(json, callFor(money)), { is: 'foreign' }, String(paymentStatus));
        }
      }
      assert.equal(claimOf(body({ paymentStatus: 'SUCCESS', paymentAmount }), callFor(full)), 'mismatch');
    }
  });

  it('is foreign if the payment has it beside a capture that moved nothing', () => {
    for (const transactionStatus of ['FAIL', 'PROCESSING', 'PENDING', 'ODD']) {
      for (const paymentStatus of [...statuses, 'SUCCESS']) {
        const transactions = [capture(transactionStatus)];
        const json = body({ paymentStatus, paymentAmount: dollar, transactions });
        assert.deepEqual(findingOf(json), { is: 'foreign' }, transactionStatus);
      }
    }
  });

  it('is foreign if a capture has it that moved nothing, also beside one of ours', () => {
    for (const transactionAmount of [...others, wire(part)]) {
      for (const transactionStatus of ['FAIL', 'PROCESSING', 'PENDING', 'ODD']) {
        const other = capture(transactionStatus, { transactionAmount });
        for (const transactions of [[other], [capture('FAIL'), other], [capture('PROCESSING'), other]]) {
          const json = body({ paymentStatus: 'AUTH_SUCCESS', transactions });
          assert.deepEqual(findingOf(json), { is: 'foreign' }, transactionStatus);
        }
      }
    }
  });

  it('is not what names the authorised amount of a partial capture, or the part', () => {
    for (const paymentAmount of [wire(full), wire(part), null]) {
      const json = body({ paymentStatus: 'AUTH_SUCCESS', paymentAmount });
      assert.deepEqual(findingOf(json, callFor(part)), { is: 'authorised' });
      const refused = capture('FAIL', { transactionAmount: wire(part) });
      assert.deepEqual(
        findingOf(
          body({ paymentStatus: 'AUTH_SUCCESS', paymentAmount, transactions: [refused] }),
          callFor(part),
        ),
        { is: 'declined', category: 'other' },
      );
    }
    // A capture has no other amount than its own.
    const whole = body({ paymentStatus: 'AUTH_SUCCESS', transactions: [capture('FAIL')] });
    assert.deepEqual(findingOf(whole, callFor(part)), { is: 'foreign' });
  });

  it('says as much as before if it names none', () => {
    const nameless = { paymentAmount: null, paymentStatus: 'AUTH_SUCCESS' };
    assert.deepEqual(findingOf(body(nameless)), { is: 'authorised' });
    for (const [status, is] of [
      ['FAIL', 'declined'],
      ['PENDING', 'in_process'],
    ] as const) {
      const transactions = [capture(status, { transactionAmount: null })];
      assert.equal(findingOf(body({ ...nameless, transactions })).is, is);
    }
  });
});

describe('an answer to an inquiry', () => {
  it('is foreign if it is about another payment, whatever it says of it', () => {
    for (const paymentStatus of ['SUCCESS', 'AUTH_SUCCESS', 'PROCESSING', 'FAIL', 'ODD', null]) {
      for (const transactions of [[capture('SUCCESS')], [capture('FAIL')], []]) {
        for (const paymentId of ['PAY-2', 'pay-1']) {
          const json = body({ paymentId, paymentStatus, transactions });
          assert.deepEqual(findingOf(json), { is: 'foreign' });
          assert.equal(claimOf(json, callFor(full)), 'mismatch');
        }
      }
    }
    const refused = { result: { resultStatus: 'F', resultCode: 'CLIENT_INVALID' }, paymentId: 'PAY-2' };
    assert.deepEqual(findingOf(refused), { is: 'foreign' });
  });

  it('decides nothing if it names no payment', () => {
    for (const paymentStatus of ['SUCCESS', 'AUTH_SUCCESS', 'PROCESSING', 'FAIL', null]) {
      for (const transactions of [[capture('SUCCESS')], [capture('FAIL')], [capture('PENDING')], []]) {
        const answer = answerTo(body({ paymentId: null, paymentStatus, transactions }));
        assert.deepEqual([answer.finding, answer.code], [{ is: 'unknown' }, paymentStatus]);
      }
    }
  });

  it('never decides the capture by the result of the inquiry', () => {
    const results: [status: string, code: string, is: Finding['is']][] = [
      ['F', 'ORDER_NOT_EXIST', 'unknown'],
      ['F', 'PROCESS_FAIL', 'unknown'],
      ['F', 'PARAM_ILLEGAL', 'unknown'],
      ['F', 'MUTEX_OPERATION_IN_PROCESSING', 'unknown'],
      ['U', 'UNKNOWN_EXCEPTION', 'unknown'],
      ['U', 'CAPTURE_IN_PROCESS', 'unknown'],
      ['A', 'ACCEPTED', 'unknown'],
      ['S', 'PROCESS_FAIL', 'unknown'],
      ['F', 'SUCCESS', 'unknown'],
      ['F', 'CLIENT_INVALID', 'account_fault'],
      ['F', 'REQUEST_TRAFFIC_EXCEED_LIMIT', 'not_processed'],
    ];
    for (const [resultStatus, resultCode, is] of results) {
      // A body that says all the rest of a success changes nothing.
      const json = body({
        result: { resultStatus, resultCode },
        paymentStatus: 'SUCCESS',
        transactions: [capture('SUCCESS')],
      });
      const answer = answerTo(json);
      assert.equal(answer.finding.is, is, `${resultStatus} ${resultCode}`);
      assert.equal(answer.code, resultCode);
    }
  });

  it('says nothing if one of its transactions cannot be read', () => {
    for (const broken of [{}, null, 'CAPTURE', capture('SUCCESS', { transactionStatus: 1 })]) {
      const json = body({ paymentStatus: 'AUTH_SUCCESS', transactions: [broken] });
      assert.deepEqual(findingOf(json), { is: 'unknown' });
    }
  });
});
