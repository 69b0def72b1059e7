import type { Finding } from '../../capture/evidence.js';
import type { InquiryCall } from '../../ports/provider.js';
import type { Reading } from '../answers.js';
import { readBody } from '../json.js';
import { meaningOf } from './codes.js';
import type { InquiryAnswer, WalletTransaction } from './wire.js';
import { inquiryAnswer } from './wire.js';

export const INQUIRY_PATH = '/v1/payments/inquiryPayment';

export function inquiryBody(paymentId: string): Uint8Array {
  return Buffer.from(JSON.stringify({ paymentId }), 'utf8');
}

/**
 * What the answer to an inquiry says; null if it can't be read. It counts from when the inquiry began: the wallet looked at some moment
 * after that, so whatever we did before is covered by what it says, and what we did since isn't.
 */
export function readInquiry(body: Uint8Array, call: InquiryCall): Reading | null {
  const answer = readBody(body, inquiryAnswer);
  if (answer === null) return null;
  const { resultStatus, resultCode, resultMessage } = answer.result;
  const meaning = meaningOf(resultStatus, resultCode);
  switch (meaning.is) {
    case 'captured':
      return { ...statusOf(answer, call), message: resultMessage };
    case 'account_fault':
    case 'not_processed':
      return { finding: meaning, code: resultCode, message: resultMessage };
    // The result is about the inquiry. That it was refused, even with ORDER_NOT_EXIST, says nothing about the capture.
    case 'declined':
    case 'in_process':
    case 'busy':
    case 'unknown':
      return { finding: { is: 'unknown' }, code: resultCode, message: resultMessage };
  }
}

/** Transactions of type CAPTURE decide; without one, the payment's own status. */
function statusOf(answer: InquiryAnswer, call: InquiryCall): Omit<Reading, 'message'> {
  if (answer.paymentId !== null && answer.paymentId !== call.paymentId) {
    return { finding: { is: 'unknown' }, code: answer.paymentStatus };
  }
  const captures = answer.transactions.filter(({ transactionType }) => transactionType === 'CAPTURE');
  return byTransactions(captures, call) ?? { finding: byPaymentStatus(answer), code: answer.paymentStatus };
}

/** Null if no capture is listed that could be ours. */
function byTransactions(
  captures: readonly WalletTransaction[],
  call: InquiryCall,
): Omit<Reading, 'message'> | null {
  const done = captures.filter(({ transactionStatus }) => transactionStatus === 'SUCCESS');
  if (done.length > 0) return { finding: capturedBy(done, call), code: 'SUCCESS' };
  const open = captures.filter((capture) => !isRefused(capture));
  const undecided = open.find(({ transactionStatus }) => !IN_PROCESS.has(transactionStatus));
  if (undecided !== undefined) return { finding: { is: 'unknown' }, code: undecided.transactionStatus };
  const [first] = open;
  if (first !== undefined) {
    return { finding: { is: isOurs(first, call) ? 'in_process' : 'busy' }, code: first.transactionStatus };
  }
  // A refused capture of another request (of an earlier generation) leaves the question open.
  const refusal = captures.find((capture) => isOurs(capture, call));
  if (refusal === undefined) return null;
  return { finding: { is: 'declined', category: 'other' }, code: refusal.transactionStatus };
}

const IN_PROCESS: ReadonlySet<string> = new Set(['PROCESSING', 'PENDING']);

function isRefused({ transactionStatus }: WalletTransaction): boolean {
  return transactionStatus === 'FAIL';
}

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

function byPaymentStatus(answer: InquiryAnswer): Finding {
  switch (answer.paymentStatus) {
    case 'SUCCESS':
      // The amount is the authorised one, so this decides a full capture; held against a partial one it is a mismatch.
      if (answer.paymentAmount === null) return { is: 'unknown' };
      return {
        is: 'captured',
        money: answer.paymentAmount,
        requestId: null,
        providerCaptureId: null,
        capturedAt: null,
      };
    case 'AUTH_SUCCESS':
      return { is: 'authorised' };
    case 'PROCESSING':
      return { is: 'in_process' };
    case 'FAIL':
      return { is: 'declined', category: 'other' };
    case null:
    default:
      return { is: 'unknown' };
  }
}
