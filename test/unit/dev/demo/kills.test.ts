import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { planKills, VICTIMS } from '../../../../dev/demo/kills.js';
import { seeded } from '../../../../dev/demo/orders.js';

describe('a plan of kills', () => {
  it('has each victim once, in the order of their moments, all in the middle of the run', () => {
    for (let seed = 0; seed < 200; seed += 1) {
      const plan = planKills(seeded(String(seed)));
      assert.deepEqual(plan.map(({ victim }) => victim).sort(), [...VICTIMS].sort());
      const moments = plan.map(({ at }) => at);
      assert.deepEqual(moments, moments.toSorted());
      assert.ok(
        moments.every((at) => at >= 0.05 && at <= 0.9),
        moments.join(),
      );
    }
  });

  it('is the same for the same seed', () => {
    assert.deepEqual(planKills(seeded('a')), planKills(seeded('a')));
    assert.notDeepEqual(planKills(seeded('a')), planKills(seeded('b')));
  });
});
