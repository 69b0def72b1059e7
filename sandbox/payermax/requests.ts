import { z } from 'zod';
import type { CaptureAsk } from '../captures.js';
import { readAs } from '../incoming.js';
import type { RefusalCode } from './codes.js';
import type { Document } from './json.js';
import { minorUnitsIn } from './money.js';
import { OUT_TRADE_NO } from './orders.js';
import type { Orders } from './orders.js';

/** A capture, well-formed. Of a payment that isn't known, `paymentId` is empty. */
export interface CaptureRequest extends CaptureAsk {
  /** As the merchant wrote it. */
  readonly outTradeNo: string;
  readonly amount: { readonly value: bigint; readonly currency: string };
}

export interface Refusal {
  readonly refused: RefusalCode;
  readonly why: string;
}

/** What has passed the gate: whose it is, and the whole body. */
export interface Admitted {
  readonly merchant: string;
  readonly document: Document;
}

const outTradeNo = z.string().regex(OUT_TRADE_NO, 'must be 1 to 64 letters, digits and underscores');

const captureSchema = z.object({
  data: z.object({
    requestId: z.string().min(1).max(64),
    outTradeNo,
    currency: z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters'),
    // A number as the page has it, not a string. What it says exactly is read from its text.
    amount: z.number(),
  }),
});

const amountSchema = z.object({ data: z.object({ amount: z.string() }) });

const orderQuerySchema = z.object({ data: z.object({ outTradeNo }) });

export function readCapture(
  { merchant, document }: Admitted,
  orders: Orders,
): { readonly request: CaptureRequest } | Refusal {
  const read = readAs(captureSchema, document.value);
  const literal = readAs(amountSchema, document.literals);
  if ('problem' in read) return { refused: 'PARAMS_INVALID', why: read.problem };
  if ('problem' in literal) return { refused: 'PARAMS_INVALID', why: literal.problem };
  const { requestId, currency, ...data } = read.request.data;
  const value = minorUnitsIn(literal.request.data.amount, currency);
  if (value === null) {
    return {
      refused: 'AMOUNT_INVALID',
      why: 'It must be positive, with no more decimals than the currency has.',
    };
  }
  const paymentId = orders.find(merchant, data.outTradeNo) ?? '';
  return {
    request: { merchant, paymentId, requestId, outTradeNo: data.outTradeNo, amount: { value, currency } },
  };
}

/** Which payment an order query asks for: none, if its id is empty. */
export function readOrderQuery(
  { merchant, document }: Admitted,
  orders: Orders,
): { readonly paymentId: string } | Refusal {
  const read = readAs(orderQuerySchema, document.value);
  if ('problem' in read) return { refused: 'PARAMS_INVALID', why: read.problem };
  return { paymentId: orders.find(merchant, read.request.data.outTradeNo) ?? '' };
}
