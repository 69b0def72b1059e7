import { z } from 'zod';
import type { Money } from '../../capture/money.js';
import { id, informative, keptId, time, word } from '../fields.js';

/** What the wallet's answers look like. */
const result = z.object({ resultStatus: word, resultCode: word, resultMessage: informative });

const money = z
  .object({ value: z.string().regex(/^[0-9]{1,16}$/), currency: z.string().regex(/^[A-Z]{3}$/) })
  .transform(({ value, currency }): Money => ({ amount: BigInt(value), currency }));
const amount = money.nullish().default(null);

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
