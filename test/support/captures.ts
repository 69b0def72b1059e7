import type { Capture } from '../../src/capture/capture.js';
import type { Evidence, Finding } from '../../src/capture/evidence.js';
import { captureIdOf, evidenceIdOf, requestIdOf } from '../../src/capture/ids.js';
import type { FoldPolicy } from '../../src/capture/state-machine.js';

/** A moment that tests count from. */
export const EPOCH = new Date('2026-03-01T12:00:00.000Z');

/** When the lease of a test's last attempt ends, unless it says otherwise. */
export const LEASE_END = new Date(EPOCH.getTime() + 45_000);

export const POLICY: FoldPolicy = {
  announceUnsentAfterMs: 60_000,
  resend: { baseMs: 1_000, capMs: 30_000 },
  inquiry: {
    wallet: { baseMs: 5_000, capMs: 3_600_000 },
    yabandpay: { baseMs: 5_000, capMs: 3_600_000 },
    payermax: { baseMs: 5_000, capMs: 3_600_000 },
  },
  overdueInquiryMs: 3_600_000,
  quietPeriodMs: 120_000,
  resendSpacingMs: 60_000,
  repeatAfterMs: 900_000,
  contradictionWaitMs: 900_000,
  accountFaultTries: 3,
};

/** A capture of 150.000 IQD at the wallet, planned and untouched, with whatever is given changed. */
export function aCapture(change: Partial<Capture> = {}): Capture {
  const captureReference = change.captureReference ?? 'pay-1';
  const captureId = captureIdOf({ provider: 'wallet', merchantId: 'merchant-1', captureReference });
  return {
    captureId,
    provider: 'wallet',
    merchantId: 'merchant-1',
    captureReference,
    account: 'shop',
    orderId: 'order-1',
    paymentId: captureReference,
    money: { amount: 150_000n, currency: 'IQD' },
    orderedAmount: change.money?.amount ?? 150_000n,
    authorisedAmount: 150_000n,
    expiresAt: new Date(EPOCH.getTime() + 7 * 86_400_000),
    generation: 1,
    requestId: requestIdOf(captureId, 1),
    body: Buffer.from('{}'),
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    createdAt: EPOCH,
    status: { state: 'planned' },
    attempts: 0,
    sequence: 0,
    announced: null,
    review: null,
    leaseUntil: (change.attempts ?? 0) > 0 ? LEASE_END : null,
    attemptsBefore: 0,
    corrections: 0,
    contradictedAt: null,
    ...change,
  };
}

/** A finding that the money moved, naming nothing that could contradict what was asked. */
export const CAPTURED: Finding = {
  is: 'captured',
  money: null,
  requestId: null,
  providerCaptureId: 'provider-capture-1',
  capturedAt: EPOCH,
};

/** An answer to an attempt. `label` tells several answers to one attempt apart. */
export function anAnswer(attempt: number, finding: Finding, label = 'answer'): Evidence {
  return {
    evidenceId: evidenceIdOf(aCapture().captureId, `attempt:${String(attempt)}:${label}`),
    kind: 'capture_response',
    attempt,
    at: new Date(EPOCH.getTime() + attempt * 1_000),
    finding,
    providerCode: 'CODE',
    providerMessage: 'message',
    raw: Buffer.from('{}'),
  };
}
