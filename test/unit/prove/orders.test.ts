import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planOrders } from '../../../prove/orders.js';

const { orders, messages } = planOrders(600, 'orders');

describe('the orders of a proof', () => {
  it('have no trouble that goes on for ever: each has an outcome in the end', () => {
    const troubled = orders.filter(({ scenario }) => scenario.kind !== 'normal');
    for (const kind of ['answer', 'unknown', 'in_process', 'http', 'reset'])
      assert.ok(
        troubled.some(({ scenario }) => scenario.kind === kind),
        kind,
      );
    for (const { scenario } of troubled) assert.equal(scenario['times'], 1);
  });

  it('have some that are turned away once, at the wallet', () => {
    const again = orders.filter(({ scenario }) => scenario['resultCode'] === 'REQUEST_TRAFFIC_EXCEED_LIMIT');
    assert.ok(again.length > 30);
    for (const { shop, scenario } of again)
      assert.deepEqual([shop.provider, scenario['times']], ['wallet', 1]);
  });

  it('are in the messages as they are in the plan', () => {
    const planned = new Set(orders);
    for (const message of messages) if (message.kind === 'order') assert.ok(planned.has(message.order));
  });
});
