import { z } from 'zod';
import type { Money } from '../../capture/money.js';
import { isStorable } from '../../capture/order.js';

/**
 * What the wallet's answers look like. What decides something must be there and be right, or the answer can't be read; what only informs
 * (a message, a time) is dropped if it isn't.
 */
const word = z.string().max(64);
const shortText = word.refine(isStorable);
/** An id that is compared with ours. */
const id = shortText.nullish().default(null);
/** An id that is only kept. */
const keptId = shortText.nullable().catch(null);
const informative = z.string().nullable().catch(null);

const result = z.object({ resultStatus: word, resultCode: word, resultMessage: informative });

const money = z
  .object({ value: z.string().regex(/^[0-9]{1,16}$/), currency: z.string().regex(/^[A-Z]{3}$/) })
  .transform(({ value, currency }): Money => ({ amount: BigInt(value), currency }));
const amount = money.nullish().default(null);

const time = informative.transform((text) => (text === null ? null : readTime(text)));

export const captureAnswer = z.object({
  result,
  captureRequestId: id,
  captureId: keptId,
  captureTime: time,
});
export type CaptureAnswer = z.infer<typeof captureAnswer>;

const transaction = z.object({
  transactionType: word,
  transactionStatus: word,
  transactionId: keptId,
  transactionRequestId: id,
  transactionAmount: amount,
  transactionTime: time,
});
export type WalletTransaction = z.infer<typeof transaction>;

export const inquiryAnswer = z.object({
  result,
  paymentId: id,
  paymentStatus: word.nullish().default(null),
  paymentAmount: amount,
  transactions: z
    .array(transaction)
    .nullish()
    .transform((list) => list ?? []),
});
export type InquiryAnswer = z.infer<typeof inquiryAnswer>;

/** Reads a body as `schema` has it; null if it is no JSON in UTF-8 or lacks something that decides. */
export function readBody<T>(body: Uint8Array, schema: z.ZodType<T>): T | null {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    return schema.safeParse(json).data ?? null;
  } catch {
    return null;
  }
}

/** From the year 2000: what is older is some system's way of writing that it has no time. */
const ISO_8601 = /^([2-9]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)(?:Z|([+-]\d\d)(?::?(\d\d))?)$/;

/** A time in ISO 8601 with its offset; null if it isn't one. Without an offset it would name no moment. */
export function readTime(text: string): Date | null {
  const parts = ISO_8601.exec(text);
  if (parts === null) return null;
  const [, local = '', hours = '+00', minutes = '00'] = parts;
  const time = new Date(`${local}${hours}:${minutes}`);
  return Number.isNaN(time.getTime()) ? null : time;
}
