import type { CaptureAsk } from '../captures.js';
import type { Code } from './codes.js';
import { minorUnitsIn } from './money.js';

export type Members = Readonly<Record<string, string>>;

/** A capture, well-formed. Its payment is the trade. */
export interface CaptureRequest extends CaptureAsk {
  readonly amount: { readonly value: bigint; readonly currency: string };
}

export interface QueryRequest {
  readonly merchant: string;
  readonly tradeId: string;
}

/** A request, or the code that refuses it. */
export type Read<Request> = { readonly request: Request } | { readonly refused: Code; readonly why: string };

const FILLED = ['trade_id', 'amount', 'currency', 'description', 'request_id'] as const;

/**
 * Reads a capture. All fields of the page are required and must say something, but for `notify_url`: it must be there and may be empty, as
 * an example on the page has it.
 */
export function readCapture(user: string, data: Members): Read<CaptureRequest> {
  const absent = FILLED.find((name) => isAbsent(data, name));
  if (absent !== undefined) return missing(absent);
  if (data['notify_url'] === undefined) return missing('notify_url');
  const { trade_id: paymentId = '', amount = '', currency = '', request_id: requestId = '' } = data;
  if (!/^[A-Za-z0-9]{24,}$/.test(requestId)) {
    return { refused: '-4118', why: 'It must be at least 24 letters and digits.' };
  }
  if (!/^[A-Z]{3}$/.test(currency))
    return { refused: '-3001', why: 'currency must be three capital letters.' };
  const value = minorUnitsIn(amount, currency);
  if (value === null) {
    return {
      refused: '-3001',
      why: `amount must be above zero, with no more decimals than ${currency} has.`,
    };
  }
  return { request: { merchant: user, paymentId, requestId, amount: { value, currency } } };
}

export function readQuery(user: string, data: Members): Read<QueryRequest> {
  if (isAbsent(data, 'trade_id')) return missing('trade_id');
  return { request: { merchant: user, tradeId: data['trade_id'] ?? '' } };
}

function isAbsent(data: Members, name: string): boolean {
  return (data[name] ?? '') === '';
}

function missing(name: string): { readonly refused: Code; readonly why: string } {
  return { refused: '-3001', why: `${name} must be given.` };
}
