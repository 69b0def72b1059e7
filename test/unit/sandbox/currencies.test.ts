import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inMajorUnits, isoDecimals } from '../../../sandbox/currencies.js';

describe('the decimals of a currency', () => {
  it('are those of ISO 4217', () => {
    const decimals = ['EUR', 'USD', 'JPY', 'KRW', 'KWD', 'IQD', 'CLF', 'CLP'].map(isoDecimals);
    assert.deepEqual(decimals, [2, 2, 0, 0, 3, 3, 4, 0]);
  });

  it('are all written out', () => {
    assert.equal(inMajorUnits(2490n, 'EUR'), '24.90');
    assert.equal(inMajorUnits(1n, 'EUR'), '0.01');
    assert.equal(inMajorUnits(100n, 'JPY'), '100');
    assert.equal(inMajorUnits(150_000n, 'IQD'), '150.000');
  });
});
