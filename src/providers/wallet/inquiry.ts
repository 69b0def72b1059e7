import type { Finding } from '../../capture/evidence.js';
import type { InquiryCall } from '../../ports/provider.js';
import type { Reading } from '../answers.js';
import { readBody } from '../json.js';
import { meaningOf } from './codes.js';
import { byTransactions } from './transactions.js';
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
  const { resultStatus, resultCode, resultMessage: message } = answer.result;
  if (answer.paymentId !== null && answer.paymentId !== call.paymentId) {
    return { finding: { is: 'foreign' }, code: answer.paymentStatus ?? resultCode, message };
  }
  const meaning = meaningOf(resultStatus, resultCode);
  switch (meaning.is) {
    case 'captured':
      return { ...statusOf(answer, call), message };
    case 'account_fault':
    case 'not_processed':
      return { finding: meaning, code: resultCode, message };
    // The result is about the inquiry. That it was refused, even with ORDER_NOT_EXIST, says nothing about the capture.
    case 'declined':
    case 'in_process':
    case 'busy':
    case 'id_taken':
    case 'unknown':
      return { finding: { is: 'unknown' }, code: resultCode, message };
  }
}

/** Transactions of type CAPTURE decide; without one, the payment's own status. */
function statusOf(answer: InquiryAnswer, call: InquiryCall): Omit<Reading, 'message'> {
  const { paymentId, paymentStatus } = answer;
  // Nothing else ties the answer to our question: the signature covers the path alone.
  if (paymentId === null) return { finding: { is: 'unknown' }, code: paymentStatus };
  const captures = answer.transactions.filter(({ transactionType }) => transactionType === 'CAPTURE');
  const { finding, code } = byTransactions(captures, paymentStatus, call) ?? {
    finding: byPaymentStatus(answer),
    code: paymentStatus,
  };
  // What was captured is passed on with its own amount, for the capture's rules to compare.
  const isAnothers = finding.is !== 'captured' && namesOtherMoney(answer, captures, call);
  return { finding: isAnothers ? { is: 'foreign' } : finding, code };
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

/**
 * Whether the money that an answer names differs from ours. A capture has the amount that was asked for. The payment has the authorised
 * one, which is more than that of a partial capture; whether it stays so while a part is being captured, no page says, so it may be
 * either. What isn't named doesn't differ.
 */
function namesOtherMoney(
  { paymentAmount }: InquiryAnswer,
  captures: readonly WalletTransaction[],
  { money, authorisedAmount }: InquiryCall,
): boolean {
  const captured = captures.map(({ transactionAmount }) => ({
    named: transactionAmount,
    may: [money.amount],
  }));
  const paid = { named: paymentAmount, may: [money.amount, authorisedAmount] };
  return [paid, ...captured].some(
    ({ named, may }) => named !== null && (named.currency !== money.currency || !may.includes(named.amount)),
  );
}
