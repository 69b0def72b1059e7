import type { Finding } from '../../capture/evidence.js';
import type { Reading } from '../answers.js';
import { readBody } from '../json.js';
import { meaningOf } from './codes.js';
import type { CaptureAnswer } from './wire.js';
import { captureAnswer } from './wire.js';

export const CAPTURE_PATH = '/v1/payments/capture';

/** What the answer to a capture says, of our request with this id; `at` is the time of the answer, if it is known. Null if unreadable. */
export function readCapture(
  body: Uint8Array,
  { requestId, at }: { readonly requestId: string; readonly at: Date | null },
): Reading | null {
  const answer = readBody(body, captureAnswer);
  if (answer === null) return null;
  const { resultCode, resultMessage } = answer.result;
  return { finding: findingOf(answer, requestId), code: resultCode, message: resultMessage, at };
}

function findingOf(answer: CaptureAnswer, requestId: string): Finding {
  const meaning = meaningOf(answer.result.resultStatus, answer.result.resultCode);
  if (meaning.is === 'captured') {
    // The wallet names no amount here. A request id that isn't ours is passed on: the capture's own rules call that a mismatch.
    return {
      is: 'captured',
      money: null,
      requestId: answer.captureRequestId,
      providerCaptureId: answer.captureId,
      capturedAt: answer.captureTime,
    };
  }
  // A refusal of somebody else's request says nothing about ours.
  if (answer.captureRequestId !== null && answer.captureRequestId !== requestId) return { is: 'unknown' };
  return meaning;
}
