import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Capture } from '../../../../src/capture/capture.js';
import { judgeOutcome } from '../../../../simulation/oracle/outcomes.js';
import { plannedOrder } from '../../../../simulation/orders.js';
import type { OrderPlan } from '../../../../simulation/plan.js';
import type { Movement } from '../../../../simulation/providers/book.js';
import type { CaptureRow } from '../../../../simulation/store/tables.js';
import { aCapture, anAnswer, CAPTURED } from '../../../support/captures.js';

const ORDER: OrderPlan = {
  provider: 'wallet',
  atMs: 0,
  againAtMs: [],
  poison: false,
  rival: 'none',
  steps: [],
  notices: { copies: 0, withinMs: 0 },
  capturedBefore: false,
};
const MOVED: Movement = { requestId: 'request', money: { amount: 1_000n, currency: 'IQD' }, atMs: 5 };
const SUCCEEDED = { state: 'succeeded', providerCaptureId: null, capturedAt: null } as const;
const FAILED = { state: 'failed', category: 'risk' } as const;

function rowOf(change: Partial<Capture>, evidence: CaptureRow['evidence'] = new Map()): CaptureRow {
  const source = { eventId: 'e', topic: 't', partition: 0, offset: 0n };
  return { capture: aCapture(change), evidence, token: 'token', source };
}

/** What is found wrong with a capture of which no event was written. */
function judged(row: CaptureRow, movements: readonly Movement[], plan: Partial<OrderPlan> = {}): string {
  const order = plannedOrder({ ...ORDER, ...plan }, 0);
  const { paymentId, money } = order;
  const payment = { paymentId, money, movements, capturedBefore: order.plan.capturedBefore };
  return judgeOutcome({ order, payment, captures: [row], events: [], subscriber: undefined })
    .map(({ broken, what }) => `${broken}: ${what}`)
    .join('; ');
}

describe('the judgement of outcomes', () => {
  it('finds nothing wrong with what is true', () => {
    assert.equal(judged(rowOf({ status: SUCCEEDED }), [MOVED]), '');
    assert.equal(judged(rowOf({ status: FAILED }), []), '');
  });

  it('finds money that moved twice', () => {
    assert.match(
      judged(rowOf({ status: SUCCEEDED }), [MOVED, MOVED]),
      /one capture a payment: .*moved 2 times/,
    );
  });

  it('finds a success without money, and a failure with it', () => {
    assert.match(judged(rowOf({ status: SUCCEEDED }), []), /right outcome: .*no money moved/);
    assert.match(judged(rowOf({ status: FAILED }), [MOVED]), /right outcome: .*failed, and money moved/);
  });

  it('lets a failure stand where the provider said so of money that it had moved, but not against its own word', () => {
    const misled = { steps: ['mislead'] } as const;
    assert.equal(judged(rowOf({ status: FAILED }), [MOVED], misled), '');
    const told = new Map([['evidence', anAnswer(1, CAPTURED)]]);
    assert.match(judged(rowOf({ status: FAILED }, told), [MOVED], misled), /failed, and money moved/);
  });

  it('finds what is left to a person for no good reason', () => {
    const review = { status: SUCCEEDED, review: 'integrity_mismatch' } as const;
    assert.match(judged(rowOf(review), [MOVED]), /waits for a person: integrity_mismatch/);
    const unanswered = { status: { state: 'pending', reason: 'unknown' }, review: 'unanswered' } as const;
    assert.match(judged(rowOf(unanswered), []), /waits for a person: unanswered/);
    assert.equal(judged(rowOf({ ...unanswered, provider: 'payermax' }), []), '');
  });
});
