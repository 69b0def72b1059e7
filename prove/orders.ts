import type { DemoMessage, DemoOrder, DemoPlan } from '../dev/demo/orders.js';
import { planDemo } from '../dev/demo/orders.js';
import type { Scenario } from '../dev/demo/shops.js';

/** What the wallet answers now and then: nothing was done, come again. So there is something to send once more. */
const TOO_MANY: Scenario = { kind: 'answer', resultCode: 'REQUEST_TRAFFIC_EXCEED_LIMIT', times: 1 };
const EVERY = 4;

/**
 * A demo's plan in which every fourth payment at the wallet that had no trouble is turned away once, and all trouble is over after one call,
 * refusals too. So each capture has an outcome soon, also one whose first answer died with a worker: a refusal that stays is no proof that
 * the lost request came to nothing, and ends at a person's desk.
 */
export function planOrders(count: number, seed: string): DemoPlan {
  const plan = planDemo(count, seed);
  let seen = 0;
  const changed = new Map<string, DemoOrder>();
  for (const order of plan.orders) {
    const { shop, scenario } = order;
    if (shop.provider === 'wallet' && scenario.kind === 'normal') seen += 1;
    const isTurnedAway = shop.provider === 'wallet' && scenario.kind === 'normal' && seen % EVERY === 0;
    changed.set(order.orderId, { ...order, scenario: isTurnedAway ? TOO_MANY : passing(scenario) });
  }
  const changedOf = (order: DemoOrder): DemoOrder => changed.get(order.orderId) ?? order;
  return {
    orders: plan.orders.map(changedOf),
    messages: plan.messages.map((message): DemoMessage =>
      message.kind === 'order' ? { ...message, order: changedOf(message.order) } : message,
    ),
  };
}

function passing(scenario: Scenario): Scenario {
  return scenario.kind === 'normal' ? scenario : { ...scenario, times: 1 };
}
