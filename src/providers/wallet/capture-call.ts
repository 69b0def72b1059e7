import type { Finding } from '../../capture/evidence.js';
import type { Answer } from '../../ports/provider.js';
import { meaningOf } from './codes.js';
import type { WalletResponse } from './gateway.js';
import type { Reading } from './reading.js';
import { answerOf } from './reading.js';
import type { CaptureAnswer } from './wire.js';
import { captureAnswer, readBody } from './wire.js';

export const CAPTURE_PATH = '/v1/payments/capture';

/** What a capture call brought. `at` is the time of a verified answer by the wallet's clock, else when the call began. */
export function captureAnswerOf(
  response: WalletResponse,
  context: { readonly requestId: string; readonly began: Date; readonly requireSignedAnswers: boolean },
): Answer {
  const answer = answerOf(response, { ...context, read: (body) => readCapture(body, context.requestId) });
  const respondedAt = response.kind === 'answered' ? response.respondedAt : null;
  return { ...answer, at: respondedAt ?? answer.at };
}

function readCapture(body: Uint8Array, requestId: string): Reading | null {
  const answer = readBody(body, captureAnswer);
  if (answer === null) return null;
  const { resultCode, resultMessage } = answer.result;
  return { finding: findingOf(answer, requestId), code: resultCode, message: resultMessage };
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
