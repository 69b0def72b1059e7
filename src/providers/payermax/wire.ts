import { z } from 'zod';
import { id, informative, keptId, time, word } from '../fields.js';
import { numberLiteral } from '../json.js';

/** What PayerMax's answers look like: a code, and data unless the code refuses. */
function answerWith<T extends z.ZodType>(data: T) {
  return z.object({ code: word, msg: informative, data: data.nullish().transform((given) => given ?? null) });
}

/** The page calls the amount a string and shows a number: the characters of either. */
const amount = z
  .union([numberLiteral, z.string().regex(/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/)])
  .nullish()
  .default(null);
const currency = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .nullish()
  .default(null);
/** Only there when the capture failed; an empty one is none. */
const reason = informative.transform((text) => (text === '' ? null : text));
const status = word.nullish().default(null);

/** `isFinal` isn't read: it says that no further capture of the authorisation may follow, nothing of this one's outcome. */
export const captureData = z.object({
  captureNo: keptId,
  requestId: id,
  outTradeNo: id,
  amount,
  currency,
  status,
  succeededTime: time,
  errorCode: reason,
  errorMsg: reason,
});
export type CaptureData = z.infer<typeof captureData>;

export const captureAnswer = answerWith(captureData);
export type CaptureAnswer = z.infer<typeof captureAnswer>;

export const orderQueryAnswer = answerWith(z.object({ status }));
export type OrderQueryAnswer = z.infer<typeof orderQueryAnswer>;
