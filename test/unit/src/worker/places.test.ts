import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { placesFor } from '../../../../src/worker/places.js';

describe('the places of a consumer of orders', () => {
  it('are enough for all that accounts let in and have waiting, and for the bound besides', () => {
    const accounts = [{ maxInFlight: 100 }, { maxInFlight: 20 }];
    assert.deepEqual(placesFor(accounts, 500), { maxInFlight: 740, maxHeld: 2_000 });
    assert.deepEqual(placesFor([{ maxInFlight: 500 }], 500), { maxInFlight: 1_500, maxHeld: 2_000 });
  });

  it('are never more than may be held, with however many accounts', () => {
    const accounts = Array.from({ length: 50 }, () => ({ maxInFlight: 1 }));
    assert.deepEqual(placesFor(accounts, 10), { maxInFlight: 110, maxHeld: 120 });
  });
});
