import { z } from 'zod';
import type { Money } from '../../capture/money.js';
import { id, informative, keptId, time, word } from '../fields.js';
import { noNumber } from '../json.js';

/** What the wallet's answers look like. */
const result = z.object({ resultStatus: word, resultCode: word, resultMessage: informative });

const value = z
  .string()
  .regex(/^[0-9]{1,16}$/)
  .transform(BigInt);
const currency = z.string().regex(/^[A-Z]{3}$/);
const amount = z
  .object({ value, currency })
  .transform((named): Money => ({ amount: named.value, currency: named.currency }))
  .nullish()
  .default(null);

/** An amount that is held against ours by whichever of its two members is there. */
const partialAmount = noNumber
  .optional()
  .pipe(
    z.object({ value: value.nullish().default(null), currency: currency.nullish().default(null) }).nullish(),
  )
  .transform((given) => given ?? { value: null, currency: null });

/**
 * The page's table lists none of request, payment and amount; its sample has the request, and a notice of the wallet's family has all
 * three. Whatever of them an answer names is held against what we asked.
 */
export const captureAnswer = z.object({
  result,
  captureRequestId: id,
  paymentId: id,
  captureAmount: partialAmount,
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
