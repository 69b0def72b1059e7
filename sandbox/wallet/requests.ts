import { z } from 'zod';
import type { CaptureAsk } from '../captures.js';
import type { Read } from '../incoming.js';
import { readJson } from '../incoming.js';

/** A capture, well-formed. */
export interface CaptureRequest extends CaptureAsk {
  readonly extendInfo: string | null;
}

export interface InquiryRequest {
  readonly merchant: string;
  readonly paymentId: string | null;
  readonly paymentRequestId: string | null;
}

const id = z.string().min(1).max(64);

const captureSchema = z.object({
  captureRequestId: id,
  paymentId: id,
  captureAmount: z
    .object({
      // A string of digits: a JSON number has lost money in some reader on the way.
      value: z
        .string()
        .regex(/^[1-9]\d{0,15}$/, 'must be a positive integer as a string of at most 16 digits'),
      currency: z.string().regex(/^[A-Z]{3}$/, 'must be three capital letters'),
    })
    .optional(),
  extendInfo: z.string().max(2048).optional(),
});

const inquirySchema = z
  .object({ paymentId: id.optional(), paymentRequestId: id.optional() })
  .refine(({ paymentId, paymentRequestId }) => paymentId !== undefined || paymentRequestId !== undefined, {
    error: 'paymentId or paymentRequestId must be given',
  });

export function readCapture(merchant: string, body: Uint8Array): Read<CaptureRequest> {
  const parsed = readJson(captureSchema, body);
  if ('problem' in parsed) return parsed;
  const { captureRequestId: requestId, paymentId, captureAmount, extendInfo = null } = parsed.request;
  const amount =
    captureAmount === undefined
      ? null
      : { value: BigInt(captureAmount.value), currency: captureAmount.currency };
  return { request: { merchant, requestId, paymentId, amount, extendInfo } };
}

export function readInquiry(merchant: string, body: Uint8Array): Read<InquiryRequest> {
  const parsed = readJson(inquirySchema, body);
  if ('problem' in parsed) return parsed;
  const { paymentId = null, paymentRequestId = null } = parsed.request;
  return { request: { merchant, paymentId, paymentRequestId } };
}
