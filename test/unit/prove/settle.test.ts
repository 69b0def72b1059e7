import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Unsettled } from '../../../prove/settle.js';
import { isSettled, unsettledText } from '../../../prove/settle.js';

const NOTHING: Unsettled = {
  orders: 0,
  notifications: 0,
  open: 0,
  inDoubt: 0,
  queued: 0,
  untold: 0,
  ahead: 0,
};

describe('a run', () => {
  it('has settled once nothing of any kind is to come', () => {
    assert.ok(isSettled(NOTHING));
    for (const what of Object.keys(NOTHING)) assert.ok(!isSettled({ ...NOTHING, [what]: 1 }), what);
  });

  it('says what is still to come', () => {
    assert.equal(unsettledText({ ...NOTHING, orders: 3, queued: 2 }), 'orders 3, queued 2');
    assert.equal(unsettledText(NOTHING), '');
  });
});
