import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inMajorUnits, isoDecimals } from '../../../sandbox/currencies.js';
import { exponentOf } from '../../../src/capture/currencies.js';
import { ISO_4217 } from '../../support/provider-currencies.js';

describe('the decimals of a currency', () => {
  it("are those of ISO 4217, and the client's, for each", () => {
    for (const [currency, decimals] of ISO_4217) {
      assert.equal(isoDecimals(currency), decimals, currency);
      assert.equal(exponentOf(currency), decimals, currency);
    }
  });

  it('are all written out', () => {
    assert.equal(inMajorUnits(2490n, 'EUR'), '24.90');
    assert.equal(inMajorUnits(1n, 'EUR'), '0.01');
    assert.equal(inMajorUnits(100n, 'JPY'), '100');
    assert.equal(inMajorUnits(150_000n, 'IQD'), '150.000');
  });
});
