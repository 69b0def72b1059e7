import type { Capture } from '../../src/capture/capture.js';
import { canBeAsked } from '../../src/capture/capture.js';
import type { CaptureEvent } from '../../src/capture/events.js';
import type { PlannedOrder } from '../orders.js';
import type { Step } from '../plan.js';
import { POLICY } from '../policy.js';
import type { Payment } from '../providers/book.js';
import type { CaptureRow, EventRow } from '../store/tables.js';
import type { Finding } from './findings.js';

/** One payment, as the provider, the store and a subscriber have it in the end. */
export interface Case {
  readonly order: PlannedOrder;
  readonly payment: Payment;
  /** All captures of it: one, unless a fence is broken. */
  readonly captures: readonly CaptureRow[];
  readonly events: readonly EventRow[];
  readonly subscriber: CaptureEvent | undefined;
}

/** Whether a payment's money moved at most once, and all say of it what is true. */
export function judgeOutcome({ order, payment, captures, events, subscriber }: Case): readonly Finding[] {
  const { paymentId } = payment;
  const moved = payment.movements.length;
  const findings: Finding[] = [];
  const add = (broken: Finding['broken'], what: string): void => {
    findings.push({ broken, what: `${order.plan.provider} ${paymentId}: ${what}` });
  };
  if (moved > 1) add('one capture a payment', `money moved ${String(moved)} times`);
  if (captures.length > 1) add('one capture a payment', `${String(captures.length)} captures are of it`);
  const [row] = captures;
  if (row === undefined) {
    if (moved > 0 && !payment.capturedBefore) add('nothing lost', 'money moved, and no capture is of it');
    return findings;
  }
  const { status, review } = row.capture;
  if (status.state === 'succeeded' && moved === 0) add('right outcome', 'succeeded, and no money moved');
  if (status.state === 'failed' && moved > 0 && !isUntold(payment, order, row))
    add('right outcome', 'failed, and money moved');
  if (review !== null && !isUnderstood(row.capture, payment, order))
    add('right outcome', `waits for a person: ${review}`);
  for (const { event } of events)
    if (isUntrue(event, payment, order))
      add('right outcome', `${event.type} was published, and it wasn't so`);
  const last = events.at(-1)?.event;
  if (subscriber?.eventId !== last?.eventId)
    add('right outcome', 'a subscriber has another outcome than the store');
  if (last !== undefined && !saysState(last, row.capture))
    add('right outcome', `the last event is ${last.type}`);
  return findings;
}

/**
 * A refusal of money that has moved is a failure, for all that anybody can know who wasn't told otherwise; or who was, and asks in vain which
 * of the two is right. PayerMax can't be asked, and is believed when it calls back.
 */
function isUntold(payment: Payment, order: PlannedOrder, { capture, evidence }: CaptureRow): boolean {
  if (!isMisleading(payment, order)) return false;
  if (canBeAsked(capture) && capture.review !== null) return true;
  return ![...evidence.values()].some(({ finding }) => finding.is === 'captured');
}

/**
 * What is rightly left to a person: PayerMax, which can't be asked; a provider that contradicts itself, and answers no inquiry; one that refuses a capture for the account's sake again and
 * again, and takes others; one that refuses a second request id as it did the first.
 */
function isUnderstood({ review, provider }: Capture, payment: Payment, order: PlannedOrder): boolean {
  const { plan } = order;
  const times = (step: Step): number => plan.steps.filter((one) => one === step).length;
  switch (review) {
    case 'unanswered':
      return provider === 'payermax';
    case 'contradicted':
      return provider === 'payermax' || isMisleading(payment, order);
    case 'repeated_account_fault':
      return times('refuse_account') >= POLICY.accountFaultTries;
    case 'request_ids_refused':
      return times('burn') > 1;
    case 'integrity_mismatch':
    case 'cancelled_in_doubt':
    case 'contradicted_again':
    case 'contradicts_operator':
    case 'unverifiable':
    case null:
      return false;
  }
}

/** Whether the provider refuses, in so many words, what it has captured: by itself, or when it was asked to. */
function isMisleading({ capturedBefore }: Payment, { plan }: PlannedOrder): boolean {
  return capturedBefore || plan.steps.includes('mislead');
}

/** Where the provider misleads, a failure may be told first, and corrected. */
function isUntrue(event: CaptureEvent, payment: Payment, order: PlannedOrder): boolean {
  const [first] = payment.movements;
  switch (event.type) {
    case 'capture.pending':
      return false;
    case 'capture.succeeded':
      return first === undefined;
    case 'capture.failed':
      return first !== undefined && !isMisleading(payment, order);
  }
}

function saysState({ type }: CaptureEvent, { status, announced }: Capture): boolean {
  switch (status.state) {
    case 'succeeded':
      return type === 'capture.succeeded';
    case 'failed':
    case 'cancelled':
      return type === 'capture.failed';
    case 'pending':
      return type === 'capture.pending';
    case 'planned':
    case 'sending':
      return announced === null || type === 'capture.pending';
  }
}
