import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SHOPS, WALLET_SHOP } from '../../../../dev/demo/shops.js';
import { planDemo, POISON_KINDS, seeded } from '../../../../dev/demo/orders.js';

describe('a demo’s plan', () => {
  it('is the same for the same seed, and another for another', () => {
    assert.deepEqual(planDemo(50, 'a'), planDemo(50, 'a'));
    assert.notDeepEqual(planDemo(50, 'a'), planDemo(50, 'b'));
  });

  it('mixes full and partial captures, declines, unknowns, repeats and every kind of poison', () => {
    const { orders, messages } = planDemo(2_000, '1');
    assert.equal(new Set(orders.map(({ paymentId }) => paymentId)).size, 2_000);
    const scenarios = new Set(orders.map(({ scenario }) => scenario.kind));
    assert.deepEqual([...scenarios].sort(), ['answer', 'http', 'in_process', 'normal', 'reset', 'unknown']);
    const partial = orders.filter(({ captureAmount }) => captureAmount !== null);
    assert.ok(partial.length > 500 && partial.length < 900);
    for (const { captureAmount, authorisedAmount } of partial) {
      assert.ok(captureAmount !== null && captureAmount > 0n && captureAmount < authorisedAmount);
    }
    assert.ok(messages.some((message) => message.kind === 'order' && message.repeat > 0));
    const poison = new Set(messages.flatMap((message) => (message.kind === 'poison' ? [message.why] : [])));
    assert.deepEqual([...poison].sort(), [...POISON_KINDS].sort());
  });

  it('sells at every provider, in five currencies, for amounts that the provider can carry', () => {
    const { orders } = planDemo(300, '1');
    for (const shop of SHOPS) assert.equal(orders.filter((order) => order.shop === shop).length, 100);
    assert.deepEqual([...new Set(orders.map(({ currency }) => currency))].sort(), [
      'EUR',
      'IQD',
      'JPY',
      'KWD',
      'USD',
    ]);
    for (const order of orders.filter(({ currency }) => currency === 'KWD')) {
      assert.equal((order.captureAmount ?? order.authorisedAmount) % 10n, 0n);
    }
  });

  it('can keep to one shop', () => {
    const { orders } = planDemo(20, '1', [WALLET_SHOP]);
    assert.ok(orders.every(({ shop }) => shop === WALLET_SHOP));
  });

  it('draws numbers in [0, 1), spread evenly', () => {
    const random = seeded('x');
    const numbers = Array.from({ length: 10_000 }, random);
    assert.ok(numbers.every((number) => number >= 0 && number < 1));
    const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
    assert.ok(Math.abs(mean - 0.5) < 0.02, String(mean));
  });
});
