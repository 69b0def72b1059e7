import { z } from 'zod';
import type { Capture } from '../capture/capture.js';
import type { Money } from '../capture/money.js';
import type { ProviderRules } from '../capture/order.js';
import type { Rejection } from '../capture/rejection.js';
import { readBody } from './json.js';

/** What of an order's own words is in the body alone: YabandPay's description, and the outTradeNo as it was written for PayerMax. */
const orderWords = z.object({ description: z.string().optional(), outTradeNo: z.string().optional() });

/**
 * The business body of a capture for another amount, as the account's rules write it now, under the capture's current request id. What
 * the order said beside the amount is taken from the body that was sent.
 */
export function bodyForAmount(
  capture: Pick<Capture, 'body' | 'requestId' | 'orderId' | 'paymentId' | 'captureReference'>,
  money: Money,
  rules: Pick<ProviderRules, 'businessBody'>,
): Uint8Array | Rejection {
  const { body, requestId, orderId, paymentId, captureReference } = capture;
  const words = readBody(body, orderWords);
  if (words === null)
    throw new Error(
      `the stored body of request ${requestId} can't be read: it was written by another version`,
    );
  const { description = null, outTradeNo } = words;
  return rules.businessBody({
    requestId,
    orderId,
    paymentId,
    captureReference,
    money,
    references: new Map(outTradeNo === undefined ? [] : [['outTradeNo', outTradeNo]]),
    description,
  });
}
