import { describe, it } from 'node:test';
import { CASES } from '../../../support/conformance/cases.js';
import { standInUnderTest } from '../../../support/conformance/stand-in-under-test.js';

describe("the simulation's store, as any store", () => {
  for (const { name, run } of CASES) it(name, () => run(standInUnderTest()));
});
