import type { ProviderName } from '../src/capture/capture.js';
import type { Money } from '../src/capture/money.js';
import type { OrderFulfilled } from '../src/capture/order.js';
import type { OrderPlan } from './plan.js';

/** A planned order with the ids that go by its place in the plan. */
export interface PlannedOrder {
  readonly plan: OrderPlan;
  readonly index: number;
  readonly paymentId: string;
  /** What its provider captures by, normalised. */
  readonly captureReference: string;
  readonly money: Money;
}

const CURRENCIES: Readonly<Record<ProviderName, string>> = {
  wallet: 'IQD',
  yabandpay: 'EUR',
  payermax: 'USD',
};
export const AUTHORISATION_WINDOW_MS = 86_400_000;

export function plannedOrder(plan: OrderPlan, index: number): PlannedOrder {
  const name = String(index).padStart(20, '0');
  const paymentId = plan.provider === 'wallet' ? `pay${name}` : name;
  const amount = 1_000n * BigInt(index + 1);
  return {
    plan,
    index,
    paymentId,
    captureReference: plan.provider === 'payermax' ? `trade${name}` : paymentId,
    money: { amount, currency: CURRENCIES[plan.provider] },
  };
}

export function orderMessage(
  { plan, index, paymentId, captureReference, money }: PlannedOrder,
  at: Date,
): OrderFulfilled {
  return {
    eventId: `order event ${String(index)}`,
    orderId: `order-${String(index)}`,
    paymentId,
    provider: plan.provider,
    account: plan.provider,
    authorisedAmount: money.amount,
    captureAmount: null,
    currency: money.currency,
    captureCurrency: null,
    authorisedAt: at,
    fulfilledAt: at,
    references: new Map(plan.provider === 'payermax' ? [['outTradeNo', captureReference]] : []),
    description: null,
  };
}

/** An order that contradicts another one's claim, and must become a dead letter; null if there is to be none. */
export function rivalMessage(planned: PlannedOrder, at: Date): OrderFulfilled | null {
  const order = orderMessage(planned, at);
  const { rival, provider } = planned.plan;
  if (rival === 'none') return null;
  if (rival === 'reference' && provider === 'payermax')
    return { ...order, references: new Map([['outTradeNo', `${planned.captureReference}_again`]]) };
  return { ...order, captureAmount: planned.money.amount - 1n };
}
