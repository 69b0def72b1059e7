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
  const contradicts = (field: string, problem: string, how: Partial<Ways> = {}): Rejection =>
    reject('contradicts_claim', field, problem, remedyOf(existing, { ...WAYS, ...how }));
  if (planned.captureReference !== existing.captureReference) {
    const reference = quoted(existing.captureReference);
    return contradicts(referenceField, `is not ${reference}, under which the payment is already claimed`);
  }
  if (planned.paymentId !== existing.paymentId) {
    return contradicts(
      'paymentId',
      `is not ${quoted(existing.paymentId)}, for which ${referenceField} ${quoted(existing.captureReference)} is already claimed`,
      { anew: `have a new payment authorised, under another ${referenceField}` },
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
      { options: ` --amount ${planned.orderedAmount.toString()}` },
    );
  }
  return null;
}

/** How the order can be charged after all, if the claim moved no money. */
interface Ways {
  /** By an order that is sent anew. */
  readonly anew: string;
  /** By the claim itself: what `captures retry` is to be told beside its id. */
  readonly options: string;
}

const WAYS: Ways = { anew: 'have a new payment authorised', options: '' };

function remedyOf({ captureId, status }: Claimed, { anew, options }: Ways): string {
  return status.state === 'failed'
    ? `capture ${captureId} failed (${status.category}) and moved no money, but it stands: if it is what should be charged, have it sent ` +
        `anew by \`capture-worker captures retry ${captureId}${options}\`; if not, ${anew} and order that`
    : `compare with capture ${captureId} (${status.state}) and correct the producer`;
}
