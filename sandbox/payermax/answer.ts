import { merged } from '../altered.js';
import type { Wording } from '../plan.js';
import type { RefusalCode, Status } from './codes.js';
import { messageOf } from './codes.js';
import { ExactNumber, writeJson } from './json.js';
import { amountOf } from './money.js';
import { payermaxTime } from './time.js';

/** An answer in PayerMax's form. Only one that accepts a request has data. */
export interface Answer {
  readonly code: string;
  readonly msg: string;
  readonly data: Readonly<Record<string, unknown>> | null;
}

/** An answer that refuses a request, or can't tell. `detail` is added to its message. */
export function refusal(code: RefusalCode, detail?: string): Answer {
  const message = messageOf(code);
  return { code, msg: detail === undefined ? message : `${message} ${detail}`, data: null };
}

/** An answer with a code that a script asks for. */
export function scriptedRefusal(code: string): Answer {
  return { code, msg: messageOf(code), data: null };
}

export function accepted(data: Readonly<Record<string, unknown>>): Answer {
  return { code: 'APPLY_SUCCESS', msg: messageOf('APPLY_SUCCESS'), data };
}

/** What has become of a capture that was accepted. */
export interface Capture {
  readonly captureNo: string;
  readonly requestId: string;
  readonly outTradeNo: string;
  readonly amount: { readonly value: bigint; readonly currency: string };
  readonly createdAt: Date;
  readonly status: Status;
  /** When it reached its status; null while it is open. */
  readonly endedAt: Date | null;
  readonly errorCode: string | null;
}

/** `isFinal` says that no other capture of the authorisation will follow, not that its status is final. There is never another. */
export function captureAnswer(capture: Capture): Answer {
  const { captureNo, requestId, outTradeNo, amount, createdAt, status, endedAt, errorCode } = capture;
  const ended = endedAt === null ? null : payermaxTime(endedAt);
  return accepted({
    captureNo,
    requestId,
    outTradeNo,
    amount: numberOf(amount.value, amount.currency),
    currency: amount.currency,
    status,
    isFinal: true,
    createdTime: payermaxTime(createdAt),
    succeededTime: status === 'SUCCESS' ? ended : null,
    failedTime: status === 'FAILED' || status === 'CLOSED' ? ended : null,
    errorCode,
    errorMsg: errorCode === null ? null : messageOf(errorCode),
  });
}

/** The answer to a capture, naming another amount than was captured; only one of success does. */
export function naming(
  answer: Answer,
  otherAmount: () => { readonly value: bigint; readonly currency: string } | null,
): Answer {
  const other = answer.data?.['status'] === 'SUCCESS' ? otherAmount() : null;
  if (other === null) return answer;
  return { ...answer, data: { ...answer.data, amount: numberOf(other.value, other.currency) } };
}

export function numberOf(minorUnits: bigint, currency: string): ExactNumber {
  return new ExactNumber(amountOf(minorUnits, currency));
}

/** The answer to an order query that a script asks for, where it asks for one. */
export function scriptedOrder(wording: Wording, natural: Answer): Answer {
  if (wording.is !== 'scripted') return wording.is === 'natural' ? natural : refusal('SYSTEM_ERROR');
  const { resultCode, resultStatus } = wording;
  if (resultStatus === null) return scriptedRefusal(resultCode);
  return accepted({ ...natural.data, status: resultStatus, resultCode, resultMsg: messageOf(resultCode) });
}

/** The body of an answer; `altered` replaces members of it and of its data, and removes those that it sets to `null`. */
export function bodyOf({ code, msg, data }: Answer, altered: Readonly<Record<string, unknown>> = {}): Buffer {
  const body = { msg, code, ...(data === null ? {} : { data }) };
  return Buffer.from(writeJson(merged(body, altered, true)));
}
