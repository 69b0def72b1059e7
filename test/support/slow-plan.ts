import type { DemoPlan } from '../../dev/demo/orders.js';
import { planDemo } from '../../dev/demo/orders.js';

/** A demo's plan whose provider takes so many ms for each answer, so that a worker has requests under way whenever it is stopped. */
export function slowPlan(orders: number, seed: string, ms: number): DemoPlan {
  const plan = planDemo(orders, seed);
  const slowed = new Map(
    plan.orders.map((order) => [
      order.orderId,
      { ...order, scenario: { kind: 'delay', ms, then: order.scenario } },
    ]),
  );
  return {
    orders: [...slowed.values()],
    messages: plan.messages.map((message) =>
      message.kind === 'order'
        ? { ...message, order: slowed.get(message.order.orderId) ?? message.order }
        : message,
    ),
  };
}
