import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type { PostgresUnderTest } from '../../support/conformance/postgres-under-test.js';
import { postgresUnderTest } from '../../support/conformance/postgres-under-test.js';
import { assertAlike, SEQUENCES } from '../../support/conformance/sequences.js';
import { standInUnderTest } from '../../support/conformance/stand-in-under-test.js';
import { counted, written } from '../../support/counts.js';

const COUNT = counted(40, 1_000);

describe("the simulation's store and PostgreSQL", () => {
  let postgres: PostgresUnderTest;
  before(async () => {
    postgres = await postgresUnderTest();
  });
  after(() => postgres.drop());

  it(`come to the same by the same operations, in ${written(COUNT)} random sequences`, async () => {
    await fc.assert(
      fc.asyncProperty(SEQUENCES, async (sequence) => {
        await postgres.reset();
        await assertAlike(standInUnderTest(), postgres, sequence);
      }),
      { numRuns: COUNT },
    );
  });
});
