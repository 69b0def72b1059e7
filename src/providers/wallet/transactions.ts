import type { Finding } from '../../capture/evidence.js';
import type { InquiryCall } from '../../ports/provider.js';
import type { Reading } from '../answers.js';
import type { InquiryAnswer, WalletTransaction } from './wire.js';

/**
 * What the captures among a payment's transactions say, beside the payment's own status; null if none is listed that could be ours.
 *
 * The status may lag behind the transactions, and they decide then. It doesn't run ahead of them: a status that is the end of the payment
 * and a transaction that ended otherwise contradict each other, and a contradiction is never read either way.
 */
export function byTransactions(
  captures: readonly WalletTransaction[],
  paymentStatus: InquiryAnswer['paymentStatus'],
  call: InquiryCall,
): Omit<Reading, 'message'> | null {
  const done = captures.filter(({ transactionStatus }) => transactionStatus === 'SUCCESS');
  if (done.length > 0) {
    const finding: Finding = paymentStatus === 'FAIL' ? { is: 'unknown' } : capturedBy(done, call);
    return { finding, code: 'SUCCESS' };
  }
  const open = captures.filter(({ transactionStatus }) => transactionStatus !== 'FAIL');
  const undecided = open.find(({ transactionStatus }) => !IN_PROCESS.has(transactionStatus));
  if (undecided !== undefined) return { finding: { is: 'unknown' }, code: undecided.transactionStatus };
  const [first] = open;
  if (first !== undefined) {
    return { finding: { is: isOurs(first, call) ? 'in_process' : 'busy' }, code: first.transactionStatus };
  }
  // A refused capture of another request (of an earlier generation) leaves the question open.
  const refusal = captures.find((capture) => isOurs(capture, call));
  if (refusal === undefined) return null;
  const finding: Finding = ALLOW_A_REFUSAL.has(paymentStatus)
    ? { is: 'declined', category: 'other' }
    : { is: 'unknown' };
  return { finding, code: refusal.transactionStatus };
}

const IN_PROCESS: ReadonlySet<string> = new Set(['PROCESSING', 'PENDING']);

/**
 * The statuses beside which a refused capture is believed: the payment has failed, or is still told as authorised, or isn't told of at
 * all. SUCCESS says that money moved and PROCESSING that it may yet; what a word says that nobody has explained, we can't know.
 */
const ALLOW_A_REFUSAL: ReadonlySet<string | null> = new Set(['FAIL', 'AUTH_SUCCESS', null]);

/** Not every wallet of the family names the request that a transaction belongs to; one capture per payment makes it ours then. */
function isOurs({ transactionRequestId }: WalletTransaction, call: InquiryCall): boolean {
  return transactionRequestId === null || transactionRequestId === call.requestId;
}

/**
 * What moved, as one capture. One that isn't as we asked is passed on as it is, for the capture's own rules to call a mismatch; several are
 * passed on as their sum, which is how a double capture shows. Without a readable amount nothing is decided.
 */
function capturedBy(done: readonly WalletTransaction[], call: InquiryCall): Finding {
  const foreign = done.find(
    (capture) => !isOurs(capture, call) || capture.transactionAmount?.currency !== call.money.currency,
  );
  const named = foreign ?? done[0];
  if (named?.transactionAmount == null) return { is: 'unknown' };
  const { currency } = named.transactionAmount;
  let amount = 0n;
  for (const { transactionAmount } of done) {
    if (transactionAmount?.currency === currency) amount += transactionAmount.amount;
  }
  return {
    is: 'captured',
    money: { amount, currency },
    requestId: named.transactionRequestId,
    providerCaptureId: named.transactionId,
    capturedAt: named.transactionTime,
  };
}
