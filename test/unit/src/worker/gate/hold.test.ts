import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Hold } from '../../../../../src/worker/gate/hold.js';
import { createHold } from '../../../../../src/worker/gate/hold.js';

function aHold(): Hold {
  return createHold({ faultsToHold: 3, probeEveryMs: 1_000 });
}

describe('a hold', () => {
  it('begins when three distinct captures were refused for the account’s sake', () => {
    const hold = aHold();
    for (const capture of ['a', 'a', 'b', 'a'])
      assert.equal(hold.answered(capture, 'account_fault', 0), 'unchanged');
    assert.equal(hold.probeAt, null);
    assert.equal(hold.answered('c', 'account_fault', 0), 'held');
    assert.equal(hold.probeAt, 1_000);
  });

  it('begins to count anew after any other answer, but not after one that tells nothing of the credentials', () => {
    const hold = aHold();
    hold.answered('a', 'account_fault', 0);
    hold.answered('b', 'account_fault', 0);
    for (const tellsNothing of ['not_sent', 'unknown', 'not_processed'] as const)
      hold.answered('c', tellsNothing, 0);
    assert.equal(hold.answered('d', 'account_fault', 0), 'held');
    const other = aHold();
    other.answered('a', 'account_fault', 0);
    other.answered('b', 'account_fault', 0);
    other.answered('c', 'declined', 0);
    assert.equal(other.answered('d', 'account_fault', 0), 'unchanged');
  });

  it('has each probe wait, and ends with the first good answer', () => {
    const hold = aHold();
    hold.probing(0);
    assert.equal(hold.probeAt, null, 'nothing is probed of an account that isn’t held');
    for (const capture of ['a', 'b', 'c']) hold.answered(capture, 'account_fault', 0);
    hold.probing(1_000);
    assert.equal(hold.probeAt, 2_000);
    assert.equal(hold.answered('d', 'account_fault', 1_100), 'unchanged');
    assert.equal(hold.probeAt, 2_000);
    assert.equal(hold.answered('e', 'captured', 2_000), 'released');
    assert.equal(hold.probeAt, null);
  });

  it('blames a capture for an account fault only if the account was shown to be good since the last one', () => {
    const hold = aHold();
    assert.ok(!hold.blames('a'), 'nothing is known of the account yet');
    hold.answered('a', 'account_fault', 0);
    assert.ok(!hold.blames('a'));
    hold.answered('b', 'unknown', 0);
    assert.ok(!hold.blames('a'), 'a timeout shows nothing');
    hold.answered('b', 'captured', 0);
    assert.ok(hold.blames('a') && hold.blames('c'));
    hold.answered('a', 'account_fault', 0);
    assert.ok(!hold.blames('a'), 'once for each time that the account was shown to be good');
    assert.ok(hold.blames('c'), 'of another capture it is the first since then');
    hold.answered('c', 'declined', 0);
    assert.ok(hold.blames('a'));
  });
});
