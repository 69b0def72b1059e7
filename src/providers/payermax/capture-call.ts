import type { Finding } from '../../capture/evidence.js';
import type { Money } from '../../capture/money.js';
import { sameMoney } from '../../capture/money.js';
import type { CaptureCall } from '../../ports/provider.js';
import type { Reading } from '../answers.js';
import { readAmount } from './amount.js';
import type { PayermaxMeaning } from './codes.js';
import { categoryOf, meaningOf } from './codes.js';
import type { CaptureAnswer, CaptureData } from './wire.js';

export const CAPTURE_PATH = '/aggregate-pay/api/gateway/capture';

/** What we asked for, to hold the answer against. */
export type Asked = Pick<CaptureCall, 'requestId' | 'captureReference' | 'money'>;

/**
 * What the answer to a capture says of what we asked. An acceptance is known by the status of its data, and a failed one by the reason
 * given with it; everything else by its code.
 */
export function readCapture(answer: CaptureAnswer, asked: Asked): Reading {
  const { code, msg, data } = answer;
  const finding = findingOf(answer, asked);
  if (data === null || meaningOf(code).is !== 'accepted') return { finding, code, message: msg };
  return { finding, code: data.errorCode ?? data.status ?? code, message: data.errorMsg ?? msg };
}

function findingOf({ code, data }: CaptureAnswer, asked: Asked): Finding {
  const meaning = meaningOf(code);
  const isAccepted = meaning.is === 'accepted';
  if (data === null) return isAccepted ? { is: 'unknown' } : meaning;
  if (isAccepted && data.status === 'SUCCESS') return captured(data, asked);
  if (namesAnother(data, asked)) return { is: 'foreign' };
  if (isAccepted) return acceptedAs(data);
  return agrees(meaning, data.status) ? meaning : { is: 'unknown' };
}

/**
 * PayerMax names the whole capture in a success, and one that leaves out the request, the amount or the currency is none. What was
 * captured is passed on as it is named, for the capture's own rules to call a mismatch; these don't know the order number.
 */
function captured(data: CaptureData, asked: Asked): Finding {
  const { requestId, captureNo, succeededTime } = data;
  const money = moneyOf(data);
  if (requestId === null || money === null) return { is: namesAnother(data, asked) ? 'foreign' : 'unknown' };
  const isAsked = requestId === asked.requestId && sameMoney(money, asked.money);
  if (isAsked && namesAnotherOrder(data, asked)) return { is: 'foreign' };
  return { is: 'captured', money, requestId, providerCaptureId: captureNo, capturedAt: succeededTime };
}

function acceptedAs({ status, requestId, errorCode }: CaptureData): Finding {
  switch (status) {
    case 'PENDING':
      return { is: 'in_process' };
    case 'FAILED':
    case 'CLOSED':
      // The signature covers neither path nor request: a failure that names no request may be the one of an order that was queried.
      return requestId === null ? { is: 'unknown' } : { is: 'declined', category: categoryOf(errorCode) };
    case null:
    default:
      return { is: 'unknown' };
  }
}

/** Whether a code that refuses and a status that comes with it say the same. A contradiction is never read either way. */
function agrees(meaning: PayermaxMeaning, status: string | null): boolean {
  const isFailed = status === 'FAILED' || status === 'CLOSED';
  return status === null || (isFailed && meaning.is === 'declined');
}

/** Null if the data name no amount, or one that can't be told in minor units. */
function moneyOf({ amount: literal, currency }: CaptureData): Money | null {
  if (literal === null || currency === null) return null;
  const amount = readAmount(literal, currency);
  return amount === null ? null : { amount, currency };
}

/** Whether anything that the data name differs from what we asked. What they don't name doesn't differ. */
function namesAnother(data: CaptureData, asked: Asked): boolean {
  const { requestId, currency, amount } = data;
  return (
    namesAnotherOrder(data, asked) ||
    (requestId !== null && requestId !== asked.requestId) ||
    (currency !== null && currency !== asked.money.currency) ||
    (amount !== null && readAmount(amount, asked.money.currency) !== asked.money.amount)
  );
}

/** PayerMax compares order numbers without regard to case, and so does the reference: it is in small letters. */
function namesAnotherOrder({ outTradeNo }: CaptureData, { captureReference }: Asked): boolean {
  return outTradeNo !== null && outTradeNo.toLowerCase() !== captureReference;
}
