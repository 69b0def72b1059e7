import { createHash } from 'node:crypto';
import { alteredBody } from '../altered.js';
import type { Authorisation } from '../book.js';
import type { Wording } from '../plan.js';
import type { Code } from './codes.js';
import { CODES, isCode } from './codes.js';
import { amountOf } from './money.js';

/** An answer in YabandPay's form, but for its id. */
export interface Answer {
  readonly status: boolean;
  readonly code: string;
  readonly message: string;
  readonly data: Readonly<Record<string, unknown>> | null;
}

/** An answer without data. `detail` is added to its message. */
export function refusal(code: Code, detail?: string): Answer {
  const { message } = CODES[code];
  return {
    status: false,
    code,
    message: detail === undefined ? message : `${message} ${detail}`,
    data: null,
  };
}

export function success(data: Readonly<Record<string, unknown>>): Answer {
  return { status: true, code: '200', message: CODES['200'].message, data };
}

/** The answer that a script asks for, where it asks for one. `natural` is what would be said of a trade, in a state of the script's. */
export function worded(wording: Wording, natural: (state: string | null) => Answer): Answer {
  switch (wording.is) {
    case 'natural':
      return natural(null);
    case 'unknown':
      return refusal('-1000');
    case 'scripted': {
      const { resultCode: code, resultStatus: state } = wording;
      if (code === '200') return natural(state);
      return isCode(code)
        ? refusal(code)
        : { status: false, code, message: 'A scripted answer.', data: null };
    }
  }
}

/**
 * YabandPay's id of a trade's order: the merchant's own if it gave one. Captures have no id of their own. Made of the trade's id otherwise,
 * so that a run can be repeated.
 */
export function orderIdOf({ paymentId, reference }: Pick<Authorisation, 'paymentId' | 'reference'>): string {
  if (reference !== null) return reference;
  const digest = createHash('sha256').update(paymentId).digest('hex');
  return BigInt(`0x${digest}`).toString().slice(0, 23);
}

/** Members that answers about captures and trades have in common. Nothing is converted, so what is settled is what was paid. */
export function amountMembers(amount: string, currency: string): Readonly<Record<string, string>> {
  return { amount, currency, settlement_amount: amount, settlement_currency: currency, exchange_rate: '1' };
}

/** The answer to a capture, naming another amount than was captured; only one that was accepted does. */
export function naming(
  answer: Answer,
  otherAmount: () => { readonly value: bigint; readonly currency: string } | null,
): Answer {
  const other = answer.data === null ? null : otherAmount();
  if (other === null) return answer;
  const { value, currency } = other;
  return { ...answer, data: { ...answer.data, ...amountMembers(amountOf(value, currency), currency) } };
}

/** The body of an answer. `altered` replaces members of it, also within `data`, and removes those that it sets to `null`. */
export function bodyOf(
  { status, code, message, data }: Answer,
  responseId: string,
  altered: Readonly<Record<string, unknown>> = {},
): Buffer {
  const body = { status, code, ...(data === null ? {} : { data }), message, response_id: responseId };
  return alteredBody(body, altered, { deep: true });
}
