import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Weakness } from '../../../../simulation/store/weakness.js';
import { WEAKNESSES } from '../../../../simulation/store/weakness.js';
import { CASES } from '../../../support/conformance/cases.js';
import { assertAlike, SEQUENCES } from '../../../support/conformance/sequences.js';
import { standInUnderTest } from '../../../support/conformance/stand-in-under-test.js';

describe('the conformance suite', () => {
  for (const weakness of WEAKNESSES) {
    it(`notices a store with the weakness ${weakness}`, async () => {
      const results = await Promise.allSettled(CASES.map(({ run }) => run(standInUnderTest([weakness]))));
      assert.notEqual(results.filter(({ status }) => status === 'rejected').length, 0);
    });
  }
});

/** Random, but the same whenever the test runs: it shows how far they reach, not whether the store is right. */
const DRAWN = fc.sample(SEQUENCES, { numRuns: 200, seed: 1 });

describe('the random sequences by which the stores are compared', () => {
  it('come to the same on two stores that are alike', async () => {
    for (const sequence of DRAWN) await assertAlike(standInUnderTest(), standInUnderTest(), sequence);
  });

  for (const weakness of WEAKNESSES) {
    it(`tell a store with the weakness ${weakness} from one without`, async () => {
      assert.ok(await isToldApart(weakness));
    });
  }

  async function isToldApart(weakness: Weakness): Promise<boolean> {
    for (const sequence of DRAWN) {
      const alike = assertAlike(standInUnderTest(), standInUnderTest([weakness]), sequence);
      if (
        !(await alike.then(
          () => true,
          () => false,
        ))
      )
        return true;
    }
    return false;
  }
});
