import { z } from 'zod';
import { captureIdOf, requestIdOf } from '../../../src/capture/ids.js';

/** What an order asks for, as the registry's library decodes it. */
const order = z
  .object({
    orderId: z.string(),
    paymentId: z.string(),
    provider: z.string(),
    account: z.string(),
    authorisedAmount: z.number().int(),
    captureAmount: z.number().int().nullable(),
    currency: z.string(),
  })
  .readonly();

/** An order with the ids that its capture has: the same on every delivery. */
export interface Order {
  readonly orderId: string;
  readonly paymentId: string;
  readonly provider: string;
  readonly account: string;
  readonly amount: bigint;
  readonly currency: string;
  readonly captureId: string;
  readonly requestId: string;
}

/** That the provider captured: its own id and time of the capture, and when we learned of it. */
export interface Outcome {
  readonly providerCaptureId: string;
  readonly capturedAt: Date;
  readonly settledAt: Date;
}

export function readOrder(decoded: unknown, merchantId: string): Order {
  const { authorisedAmount, captureAmount, ...rest } = order.parse(decoded);
  const { provider, paymentId } = rest;
  const captureId = captureIdOf({ provider, merchantId, captureReference: paymentId });
  return {
    ...rest,
    amount: BigInt(captureAmount ?? authorisedAmount),
    captureId,
    requestId: requestIdOf(captureId, 1),
  };
}
