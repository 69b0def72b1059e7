import type { Reading } from '../answers.js';
import { meaningOf } from './codes.js';
import type { OrderQueryAnswer } from './wire.js';

export const ORDER_QUERY_PATH = '/aggregate-pay/api/gateway/orderQuery';

/** Asks by the order number in small letters, as it was normalised for the claim: PayerMax doesn't regard its case. */
export function orderQueryData(outTradeNo: string): Uint8Array {
  return Buffer.from(JSON.stringify({ outTradeNo }), 'utf8');
}

/**
 * What the answer to an order query says: of the capture, nothing. PayerMax has no query for captures, and an order's status is about its
 * authorisation. SUCCESS holds before the capture as after it, so it proves no capture, and being silent about one it must not be read as
 * "authorised" either: that could license another send. FAILED and CLOSED don't tell whether money moved before. The status is kept for
 * people to see; what decides is the answer to a capture, its callback, or a settlement.
 */
export function readOrderQuery({ code, msg, data }: OrderQueryAnswer): Reading {
  const meaning = meaningOf(code);
  switch (meaning.is) {
    case 'accepted':
      return { finding: { is: 'unknown' }, code: data?.status ?? code, message: msg };
    case 'account_fault':
    case 'not_processed':
      return { finding: meaning, code, message: msg };
    // The refusal is about the query: even ORDER_NOT_EXIST says nothing about the capture.
    case 'declined':
    case 'unknown':
      return { finding: { is: 'unknown' }, code, message: msg };
  }
}
