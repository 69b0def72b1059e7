import type { Capture } from './capture.js';
import type { Rejection } from './rejection.js';
import { quoted, reject } from './rejection.js';

/** As much of an existing claim as an order is held against. */
export type Claimed = Pick<
  Capture,
  'captureReference' | 'paymentId' | 'orderId' | 'money' | 'orderedAmount' | 'captureId' | 'status'
>;

/**
 * Whether an order that meets an existing claim, by its reference or by its payment, asks for something else than the claim: then it is no
 * duplicate but a contradiction, and a person must say which of the two is right. Null if it is a plain duplicate. `referenceField` is the
 * order's field that the provider captures by.
 */
export function contradiction(planned: Capture, existing: Claimed, referenceField: string): Rejection | null {
  const contradicts = (field: string, problem: string, anew = 'have a new payment authorised'): Rejection =>
    reject('contradicts_claim', field, problem, remedyOf(existing, anew));
  if (planned.captureReference !== existing.captureReference) {
    const reference = quoted(existing.captureReference);
    return contradicts(referenceField, `is not ${reference}, under which the payment is already claimed`);
  }
  if (planned.paymentId !== existing.paymentId) {
    return contradicts(
      'paymentId',
      `is not ${quoted(existing.paymentId)}, for which ${referenceField} ${quoted(existing.captureReference)} is already claimed`,
      `have a new payment authorised, under another ${referenceField}`,
    );
  }
  if (planned.orderId !== existing.orderId) {
    return contradicts('orderId', `the payment is already claimed for order ${quoted(existing.orderId)}`);
  }
  if (planned.money.currency !== existing.money.currency) {
    return contradicts('currency', `the payment is already claimed in ${existing.money.currency}`);
  }
  // What was ordered counts, not what an operator may have had sent in its place.
  if (planned.orderedAmount !== existing.orderedAmount) {
    return contradicts(
      'captureAmount',
      `the payment is already claimed for ${existing.orderedAmount.toString()} minor units`,
    );
  }
  return null;
}

/** `anew` is how the order can be charged after all, if the claim moved no money. */
function remedyOf({ captureId, status }: Claimed, anew: string): string {
  return status.state === 'failed'
    ? `capture ${captureId} failed (${status.category}) and moved no money, but it stands: ${anew} and order that`
    : `compare with capture ${captureId} (${status.state}) and correct the producer`;
}
