import { after, before, beforeEach, describe, it } from 'node:test';
import { CASES } from '../../support/conformance/cases.js';
import type { PostgresUnderTest } from '../../support/conformance/postgres-under-test.js';
import { postgresUnderTest } from '../../support/conformance/postgres-under-test.js';

describe('the store in PostgreSQL, as any store', () => {
  let store: PostgresUnderTest;
  before(async () => {
    store = await postgresUnderTest();
  });
  beforeEach(() => store.reset());
  after(() => store.drop());

  for (const { name, run } of CASES) it(name, () => run(store));
});
