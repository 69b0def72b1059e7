import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { sharesOf } from '../../../../../src/worker/gate/shares.js';

describe('the shares of accounts', () => {
  it('are what each asks for if there is enough', () => {
    assert.deepEqual(sharesOf([100, 200, 200], 500), [100, 200, 200]);
    assert.deepEqual(sharesOf([], 500), []);
  });

  it('are less in proportion if there isn’t, and one at least', () => {
    assert.deepEqual(sharesOf([100, 300, 600], 100), [10, 30, 60]);
    assert.deepEqual(sharesOf([1, 10_000], 100), [1, 99]);
    assert.deepEqual(sharesOf([200, 200, 200], 1), [1, 1, 1]);
  });

  it('keep the bound together, unless there are more accounts than that, and give nobody more than it asks for', () => {
    const asked = fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(asked, fc.integer({ min: 1, max: 5_000 }), (wishes, bound) => {
        const shares = sharesOf(wishes, bound);
        const sum = shares.reduce((all, one) => all + one, 0);
        const lifted = shares.filter((share) => share === 1).length;
        assert.ok(sum <= bound + lifted, `${String(sum)} of ${String(bound)}`);
        for (const [index, share] of shares.entries()) assert.ok(share >= 1 && share <= (wishes[index] ?? 0));
      }),
    );
  });
});
