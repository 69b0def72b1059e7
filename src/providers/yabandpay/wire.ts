import { z } from 'zod';
import { id, informative, word } from '../fields.js';
import { numberLiteral } from '../json.js';
import { readTime } from '../times.js';

/**
 * What YabandPay's answers look like. A member that has nothing to say is missing, null or an empty text, and an object without members
 * can be an empty list.
 */
const nothing = z.union([z.null(), z.literal(''), z.tuple([])]).transform(() => null);

function orNothing<T extends z.ZodType>(schema: T) {
  return z
    .union([nothing, schema])
    .optional()
    .transform((given) => given ?? null);
}

/** A decimal in major units; a text on the page, the characters of a number if it is one. */
const amount = z
  .union([numberLiteral, z.string()])
  .pipe(z.string().regex(/^-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,2})?$/));
const currency = z.string().regex(/^[A-Z]{3}$/);

/** Unix seconds, as the times on its pages are, or ISO 8601; it only informs. */
const time = z
  .union([numberLiteral, informative])
  .transform((text) =>
    text !== null && /^[1-9]\d{9}$/.test(text) ? new Date(Number(text) * 1_000) : readTime(text ?? ''),
  );

/**
 * A trade: an authorisation and what became of it. `settlement_amount` is what the merchant is paid, in a currency of its own, and no
 * matter here; `order_id` is the number that the merchant gave when it authorised.
 */
const trade = z.object({
  trade_id: orNothing(id),
  state: orNothing(word),
  amount: orNothing(amount),
  currency: orNothing(currency),
  paid_time: time,
});
export type Trade = z.infer<typeof trade>;

/** A trade in a notification. `type` says whether it is about the payment or about a refund of it. */
export const tradeNotice = trade.extend({ type: orNothing(word), user: orNothing(id) });
export type TradeNotice = z.infer<typeof tradeNotice>;

function answerWith<T extends z.ZodType>(data: T) {
  return z.object({
    status: z.boolean(),
    // A text on the page; PHP, which writes these answers, easily makes a number of it.
    code: z.union([numberLiteral, word]),
    message: informative,
    data: orNothing(data),
  });
}

export const captureAnswer = answerWith(trade);
export type CaptureAnswer = z.infer<typeof captureAnswer>;

export const inquiryAnswer = answerWith(z.object({ transaction_info: orNothing(trade) }));
