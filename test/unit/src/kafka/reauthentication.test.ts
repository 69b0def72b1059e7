import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { renewalOf } from '../../../../src/kafka/reauthentication.js';

describe('renewalOf', () => {
  it('is 10 s before the end, or when a quarter of a short session is left', () => {
    assert.equal(renewalOf(3_600_000), 3_590_000);
    assert.equal(renewalOf(40_000), 30_000);
    assert.equal(renewalOf(12_000), 9_000);
  });

  it('is before the end of any session that is worth the name, and never so early that brokers refuse it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000_000 }), (lifeMs) => {
        assert.ok(renewalOf(lifeMs) > 1_000);
        if (lifeMs > 1_200) assert.ok(renewalOf(lifeMs) < lifeMs);
      }),
    );
  });
});
