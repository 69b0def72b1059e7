import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { RESULT_CODES } from '../../../sandbox/wallet/codes.js';
import type { Finding } from '../../../src/capture/evidence.js';
import type { FailureCategory } from '../../../src/capture/outcome.js';
import { WALLET_CODES } from '../../../src/providers/wallet/codes.js';
import { inquiryOf, outcomeOfInquiry, WalletRig } from '../../support/wallet-rig.js';

let rig: WalletRig;
before(async () => {
  rig = await WalletRig.start();
});
after(() => rig.close());

/** What each code of the wallet leads to, code by code. */
const OUTCOMES: Readonly<Record<string, readonly [finding: Finding['is'], outcome: string]>> = {
  ...failures('cancelled', ['AUTH_CANCELLED']),
  ...failures('expired', ['AUTH_EXPIRED']),
  ...failures('not_found', ['AUTH_NOT_FOUND', 'ORDER_NOT_EXIST', 'USER_NOT_EXIST']),
  ...failures('amount', ['CAPTURE_AMOUNT_EXCEED_AUTH_LIMIT']),
  ...failures('currency', ['CURRENCY_NOT_SUPPORT']),
  ...failures('conflict', ['ORDER_STATUS_INVALID']),
  ...failures('unsupported', ['ORDER_UNSUPPORTED_OPERATION']),
  ...failures('account', ['PARTNER_NOT_EXIST', 'PARTNER_STATUS_ABNORMAL']),
  ...failures('limit', [
    'PAYMENT_AMOUNT_EXCEED_LIMIT',
    'PAYMENT_COUNT_EXCEED_LIMIT',
    'USER_AMOUNT_EXCEED_LIMIT',
  ]),
  ...failures('risk', ['RISK_REJECT', 'USER_STATUS_ABNORMAL']),
  ...failures('funds', ['USER_BALANCE_NOT_ENOUGH']),
  ...failures('other', ['PROCESS_FAIL']),
  ...failures('invalid_request', [
    'INVALID_API',
    'MEDIA_TYPE_NOT_ACCEPTABLE',
    'METHOD_NOT_SUPPORTED',
    'PARAM_ILLEGAL',
  ]),
  SUCCESS: ['captured', 'succeeded'],
  CAPTURE_IN_PROCESS: ['in_process', 'pending/in_process'],
  MUTEX_OPERATION_IN_PROCESSING: ['busy', 'pending/unknown'],
  UNKNOWN_EXCEPTION: ['unknown', 'pending/unknown'],
  REPEAT_REQ_INCONSISTENT: ['unknown', 'pending/unknown'],
  EXPIRED_ACCESS_TOKEN: ['unknown', 'pending/unknown'],
  // Nothing was executed: the capture is ours to send again.
  REQUEST_TRAFFIC_EXCEED_LIMIT: ['not_processed', 'unsent'],
  ACCESS_DENIED: ['account_fault', 'unsent'],
  CLIENT_INVALID: ['account_fault', 'unsent'],
  KEY_NOT_FOUND: ['account_fault', 'unsent'],
  SIGNATURE_INVALID: ['account_fault', 'unsent'],
};

function failures(
  category: FailureCategory,
  codes: readonly string[],
): Record<string, readonly [Finding['is'], string]> {
  return Object.fromEntries(codes.map((code) => [code, ['declined', `failed/${category}`]]));
}

describe('every code, sent by the wallet', () => {
  it('is in the table of the client, in that of the sandbox, and in this test', () => {
    const ours = WALLET_CODES.map(({ code, status }) => [code, status]).toSorted();
    const theirs = Object.entries(RESULT_CODES).map(([code, { status }]) => [code, status]);
    assert.deepEqual(ours, theirs.toSorted());
    assert.deepEqual(
      ours.map(([code]) => code),
      Object.keys(OUTCOMES).toSorted(),
    );
  });

  for (const [resultCode, [finding, outcome]] of Object.entries(OUTCOMES)) {
    it(`${resultCode}: ${finding}, so the capture is ${outcome}`, async () => {
      const sent = await rig.sendUnder({ kind: 'answer', resultCode });
      assert.equal(sent.answer.finding.is, finding);
      assert.equal(sent.outcome, outcome);
      assert.equal(sent.answer.providerCode, resultCode);
      assert.ok(sent.answer.providerMessage);
      assert.equal(sent.answer.httpStatus, 200);
      assert.match(Buffer.from(sent.answer.raw ?? []).toString('utf8'), new RegExp(`"${resultCode}"`));
    });

    it(`${resultCode} in answer to an inquiry never ends the capture, unless it opens the answer`, async () => {
      const capture = await rig.planned({ inquiryScenario: { kind: 'answer', resultCode } });
      const answer = await rig.client.inquire(inquiryOf(capture));
      assert.equal(outcomeOfInquiry(capture, answer), 'pending/unknown');
      // SUCCESS is the inquiry's own, and what follows it says that nothing has been captured.
      if (resultCode === 'SUCCESS') assert.deepEqual(answer.finding, { is: 'authorised' });
    });
  }

  for (const [resultCode, resultStatus] of [
    ['SUCCESS', 'F'],
    ['SUCCESS', 'U'],
    ['SUCCESS', 'A'],
    ['RISK_REJECT', 'S'],
    ['RISK_REJECT', 'U'],
    ['SIGNATURE_INVALID', 'S'],
    ['CAPTURE_IN_PROCESS', 'F'],
    ['NEVER_HEARD_OF', 'F'],
    ['NEVER_HEARD_OF', 'S'],
    ['NEVER_HEARD_OF', 'U'],
  ] as const) {
    it(`${resultCode} with status ${resultStatus}: unknown`, async () => {
      const { answer, outcome } = await rig.sendUnder({ kind: 'answer', resultCode, resultStatus });
      assert.deepEqual(answer.finding, { is: 'unknown' });
      assert.equal(outcome, 'pending/unknown');
    });
  }
});
