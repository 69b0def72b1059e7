import type { Finding } from '../../capture/evidence.js';
import type { Money } from '../../capture/money.js';
import { sameMoney } from '../../capture/money.js';
import type { CaptureCall } from '../../ports/provider.js';
import type { Reading, Unbelievable } from '../answers.js';
import { readBody } from '../json.js';
import { meaningOf } from './codes.js';
import type { Stamp } from './stamp.js';
import type { CaptureAnswer } from './wire.js';
import { captureAnswer } from './wire.js';

export const CAPTURE_PATH = '/v1/payments/capture';

/** What we asked for, to hold the answer against. The wallet captures by the payment's id: that is the reference. */
export type Asked = Pick<CaptureCall, 'requestId' | 'captureReference' | 'money'>;

/**
 * What the answer to a capture says of what we asked; null if it can't be read. An answer that names a request is held against ours. One
 * that names none, which the page allows, is only believed if its time is that of our call: the signature covers the path, not the
 * request, so an answer of another day to another capture would hold here as well.
 */
export function readCapture(
  body: Uint8Array,
  asked: Asked,
  { at, isOfThisCall }: Stamp,
): Reading | Unbelievable | null {
  const answer = readBody(body, captureAnswer);
  if (answer === null) return null;
  const { resultCode, resultMessage } = answer.result;
  if (answer.captureRequestId === null && !isOfThisCall) {
    const time = at === null ? 'that nobody can read' : at.toISOString();
    return {
      because: `the answer ${resultCode} names no request, and a time that isn't this call's: ${time}`,
    };
  }
  return { finding: findingOf(answer, asked), code: resultCode, message: resultMessage, at };
}

function findingOf(answer: CaptureAnswer, asked: Asked): Finding {
  const meaning = meaningOf(answer.result.resultStatus, answer.result.resultCode);
  if (meaning.is === 'captured') return captured(answer, asked);
  return namesAnother(answer, asked) ? { is: 'foreign' } : meaning;
}

/**
 * A capture of what the answer names, for the capture's own rules to call a mismatch if it isn't what we asked. They know neither the
 * payment nor half an amount.
 */
function captured(answer: CaptureAnswer, asked: Asked): Finding {
  const { captureRequestId: requestId, captureId, captureTime } = answer;
  const money = moneyOf(answer);
  const showsItself =
    (requestId !== null && requestId !== asked.requestId) ||
    (money !== null && !sameMoney(money, asked.money));
  if (!showsItself && namesAnother(answer, asked)) return { is: 'foreign' };
  return { is: 'captured', money, requestId, providerCaptureId: captureId, capturedAt: captureTime };
}

/** Null unless the answer names an amount whole. */
function moneyOf({ captureAmount: { value, currency } }: CaptureAnswer): Money | null {
  return value === null || currency === null ? null : { amount: value, currency };
}

/** Whether anything that the answer names differs from what we asked. What it doesn't name doesn't differ. */
function namesAnother({ captureRequestId, paymentId, captureAmount }: CaptureAnswer, asked: Asked): boolean {
  const pairs = [
    [captureRequestId, asked.requestId],
    [paymentId, asked.captureReference],
    [captureAmount.value, asked.money.amount],
    [captureAmount.currency, asked.money.currency],
  ] as const;
  return pairs.some(([named, ours]) => named !== null && named !== ours);
}
