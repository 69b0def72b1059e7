import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planOf, shrink } from '../../../simulation/schedule.js';
import { runWorld } from '../../../simulation/world.js';

describe('a schedule', () => {
  it('is the same, to its last step, whenever it runs', async () => {
    for (const seed of [3, 17, 42]) {
      const first = await runWorld(planOf(seed));
      assert.deepEqual(await runWorld(planOf(seed)), first);
      assert.ok(first.steps > 100);
    }
  });

  it('that breaks a promise is made smaller, and still breaks it', async () => {
    const weakened = new Set(['attempt_not_with_claim'] as const);
    const smallest = await shrink(1, weakened);
    assert.ok(smallest !== null);
    const { plan, outcome } = smallest;
    const size = (one: typeof plan): number => JSON.stringify(one).length;
    assert.ok(size(plan) < size(planOf(1)) / 2, `${String(size(plan))} of ${String(size(planOf(1)))}`);
    assert.deepEqual((await runWorld(plan, weakened)).findings, outcome.findings);
    assert.equal(outcome.findings[0]?.broken, 'a request on record before it leaves');
  });

  it('that breaks none has nothing to be made smaller', async () => {
    assert.equal(await shrink(3), null);
  });
});
