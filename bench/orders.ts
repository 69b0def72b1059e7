import { captureIdOf, requestIdOf } from '../src/capture/ids.js';
import type { OrderFulfilled } from '../src/capture/order.js';

/** Whom orders are captured for: an account, and how its wallet knows us. */
export interface Merchant {
  readonly account: string;
  readonly merchantId: string;
  readonly clientId: string;
}

/** The merchant and the account that all orders of the benchmark are captured for, unless a measurement says otherwise. */
export const MERCHANT = 'bench-merchant';
export const ACCOUNT = 'bench';
export const CLIENT_ID = 'BENCH-CLIENT';
export const USUAL_MERCHANT: Merchant = { account: ACCOUNT, merchantId: MERCHANT, clientId: CLIENT_ID };
export const CURRENCY = 'IQD';

/** The n-th payment, from 0. Whoever knows n knows its amount: orders and the provider's books need no list of each other. */
export interface Payment {
  readonly paymentId: string;
  /** In minor units. */
  readonly amount: bigint;
}

const DIGITS = 8;
/** What the id of every payment begins with. */
export const PREFIX = 'bench-';

export function paymentOf(n: number): Payment {
  return { paymentId: `${PREFIX}${String(n).padStart(DIGITS, '0')}`, amount: BigInt(1_000 + (n % 9_000)) };
}

/** Which payment an id names; null if none. */
export function numberOf(paymentId: string): number | null {
  const digits = paymentId.slice(PREFIX.length);
  return paymentId.startsWith(PREFIX) && /^\d{8}$/.test(digits) ? Number(digits) : null;
}

/** The request id that a worker is to capture the payment under: the worker's own, which the peers make in the same way. */
export function requestIdFor({ paymentId }: Payment, merchantId = MERCHANT): string {
  return requestIdOf(captureIdOf({ provider: 'wallet', merchantId, captureReference: paymentId }), 1);
}

/** The order that asks for the whole of a payment. */
export function orderFor(n: number, now: Date, account = ACCOUNT): OrderFulfilled {
  const { paymentId, amount } = paymentOf(n);
  return {
    eventId: `fulfilled-${paymentId}`,
    orderId: `order-${paymentId}`,
    paymentId,
    provider: 'wallet',
    account,
    authorisedAmount: amount,
    captureAmount: amount,
    currency: CURRENCY,
    captureCurrency: null,
    authorisedAt: now,
    fulfilledAt: now,
    references: new Map(),
    description: null,
  };
}
