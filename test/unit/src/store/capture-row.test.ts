import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CaptureStatus } from '../../../../src/capture/capture.js';
import { actionFor, captureOf, statusColumns } from '../../../../src/store/capture-row.js';
import type { Row } from '../../../../src/store/row.js';
import { aCapture, EPOCH } from '../../../support/captures.js';

/** A row of the table as the driver gives it. */
function rowWith(change: Row): Row {
  const capture = aCapture();
  return {
    capture_id: capture.captureId,
    provider: capture.provider,
    merchant_id: capture.merchantId,
    capture_reference: capture.captureReference,
    account: capture.account,
    order_id: capture.orderId,
    payment_id: capture.paymentId,
    amount: capture.money.amount,
    currency: capture.money.currency,
    ordered_amount: capture.orderedAmount,
    authorised_amount: capture.authorisedAmount,
    expires_at: capture.expiresAt,
    traceparent: capture.traceparent,
    created_at: capture.createdAt,
    generation: 1,
    request_id: capture.requestId,
    body: capture.body,
    state: 'planned',
    sending_attempt: null,
    pending_reason: null,
    failure_category: null,
    provider_capture_id: null,
    captured_at: null,
    attempts: 0,
    sequence: 0,
    announced: null,
    review: null,
    lease_until: null,
    attempts_before: 0,
    corrections: 0,
    contradicted_at: null,
    ...change,
  };
}

describe('a row of captures', () => {
  it('is the capture that it was written from', () => {
    assert.deepEqual(captureOf(rowWith({})), aCapture());
  });

  const statuses: CaptureStatus[] = [
    { state: 'planned' },
    { state: 'sending', attempt: 3 },
    { state: 'pending', reason: 'in_process' },
    { state: 'succeeded', providerCaptureId: 'id', capturedAt: EPOCH },
    { state: 'succeeded', providerCaptureId: null, capturedAt: null },
    { state: 'failed', category: 'funds' },
    { state: 'cancelled' },
  ];
  for (const status of statuses) {
    it(`holds ${JSON.stringify(status)}`, () => {
      const columns = statusColumns(status);
      const row = rowWith({
        state: columns.state,
        sending_attempt: columns.sendingAttempt,
        pending_reason: columns.pendingReason,
        failure_category: columns.failureCategory,
        provider_capture_id: columns.providerCaptureId,
        captured_at: columns.capturedAt,
      });
      assert.deepEqual(captureOf(row).status, status);
    });
  }

  const puzzles: [string, Row, RegExp][] = [
    ['an unknown state', { state: 'paused' }, /state is paused, not one of planned, sending,/],
    ['an unknown provider', { provider: 'purse' }, /provider is purse/],
    ['an unknown announcement', { announced: 'failed/whim' }, /announced is failed\/whim/],
    ['an unknown reason for review', { review: 'hunch' }, /review is hunch/],
    ['a category that its state needs', { state: 'failed' }, /failure_category is null/],
    ['an attempt that its state needs', { state: 'sending' }, /sending_attempt is null, not an integer/],
    [
      'a reason that is none of the provider’s',
      { state: 'pending', pending_reason: 'not_sent' },
      /pending_reason/,
    ],
    ['an amount that lost its type', { amount: 5 }, /amount is 5, not a bigint/],
    ['no body', { body: null }, /body is null, not bytes/],
    ['an endless time', { expires_at: Infinity }, /expires_at is Infinity, not a time/],
  ];
  for (const [what, change, message] of puzzles) {
    it(`is refused with ${what}, and named`, () => {
      assert.throws(() => captureOf(rowWith(change)), { code: 'STORE_REFUSED_DATA', message });
      assert.throws(() => captureOf(rowWith(change)), { message: new RegExp(aCapture().captureId) });
    });
  }

  it('is on the schedule exactly while there is no outcome', () => {
    assert.deepEqual(
      statuses.map((status) => actionFor(aCapture({ status }))),
      ['send', 'lapse', 'inquire', null, null, null, null],
    );
    const status = { state: 'failed', category: 'funds' } as const;
    assert.equal(actionFor(aCapture({ status, contradictedAt: EPOCH })), 'inquire', 'or it is contradicted');
  });
});
