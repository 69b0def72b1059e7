import { alteredBody } from '../altered.js';
import type { Wording } from '../plan.js';
import { codeEntry, RESULT_CODES } from './codes.js';
import type { ResultCode } from './codes.js';

/** An answer in the wallet's form: a result, and what else the call returns. */
export interface Answer {
  readonly resultCode: string;
  readonly resultStatus: string;
  readonly resultMessage: string;
  readonly members: Readonly<Record<string, unknown>>;
}

/** The answer of one of the wallet's own codes. `detail` is added to its message. */
export function answerOf(
  resultCode: ResultCode,
  members: Readonly<Record<string, unknown>> = {},
  detail?: string,
): Answer {
  const { status, message } = RESULT_CODES[resultCode];
  const resultMessage = detail === undefined ? message : `${message} ${detail}`;
  return { resultCode, resultStatus: status, resultMessage, members };
}

/** The answer that a script asks for, where it asks for one. */
export function worded(wording: Wording, natural: Answer): Answer {
  if (wording.is === 'natural') return natural;
  if (wording.is === 'unknown') return answerOf('UNKNOWN_EXCEPTION');
  const { resultCode, resultStatus } = wording;
  const entry = codeEntry(resultCode);
  // A code of no table has a status of its own; the admin endpoint has seen to that.
  const status = resultStatus ?? entry?.status ?? 'U';
  return {
    resultCode,
    resultStatus: status,
    resultMessage: entry?.message ?? 'A scripted answer.',
    members: status === 'S' ? natural.members : {},
  };
}

/** The answer to a capture, naming another amount than was captured; only one that succeeded does. */
export function naming(
  answer: Answer,
  otherAmount: () => { readonly value: bigint; readonly currency: string } | null,
): Answer {
  const other = answer.resultStatus === 'S' ? otherAmount() : null;
  if (other === null) return answer;
  const captureAmount = { value: other.value.toString(), currency: other.currency };
  return { ...answer, members: { ...answer.members, captureAmount } };
}

/** The body of an answer. `altered` replaces members of it, and removes those that it sets to `null`. */
export function bodyOf(answer: Answer, altered: Readonly<Record<string, unknown>> = {}): Buffer {
  const { resultCode, resultStatus, resultMessage, members } = answer;
  const body = { result: { resultCode, resultStatus, resultMessage }, ...members };
  return alteredBody(body, altered, { deep: false });
}
