import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AccountGate } from '../../../../src/worker/account-gate.js';
import { createAccountGate } from '../../../../src/worker/account-gate.js';

function gateAt(time: { ms: number }, maxInFlight = 2): AccountGate {
  const clock = { now: () => new Date(0), monotonic: () => time.ms, sleep: () => Promise.resolve() };
  return createAccountGate({ maxInFlight, faultsToHold: 3, probeEveryMs: 1_000, clock });
}

describe('account gate', () => {
  it('lets in as many as it may, then one for each that leaves, in order', async () => {
    const gate = gateAt({ ms: 0 });
    const [leaveFirst] = [await gate.enter(), await gate.enter()];
    const entered: string[] = [];
    const third = gate.enter().then((leave) => (entered.push('third'), leave));
    const fourth = gate.enter().then((leave) => (entered.push('fourth'), leave));
    await new Promise(setImmediate);
    assert.deepEqual(entered, []);
    leaveFirst();
    leaveFirst();
    (await third)();
    await fourth;
    assert.deepEqual(entered, ['third', 'fourth']);
  });

  it('holds the account after three distinct captures were refused for its sake', () => {
    const time = { ms: 0 };
    const gate = gateAt(time);
    for (const capture of ['a', 'a', 'b', 'a'])
      assert.equal(gate.answered(capture, 'account_fault'), 'unchanged');
    assert.equal(gate.permit(), 'open');
    assert.equal(gate.answered('c', 'account_fault'), 'held');
    assert.equal(gate.permit(), 'held');
    assert.equal(gate.waitMs, 1_000);
    time.ms = 0.4;
    assert.equal(gate.waitMs, 1_000, 'whole ms, whatever the clock says');
  });

  it('begins to count anew after any other answer, but not after one that tells nothing of the credentials', () => {
    const gate = gateAt({ ms: 0 });
    gate.answered('a', 'account_fault');
    gate.answered('b', 'account_fault');
    for (const tellsNothing of ['not_sent', 'unknown', 'not_processed'] as const)
      gate.answered('c', tellsNothing);
    assert.equal(gate.answered('d', 'account_fault'), 'held');
    const other = gateAt({ ms: 0 });
    other.answered('a', 'account_fault');
    other.answered('b', 'account_fault');
    other.answered('c', 'declined');
    assert.equal(other.answered('d', 'account_fault'), 'unchanged');
  });

  it('lets one probe through at a time while held, and opens at its first good answer', () => {
    const time = { ms: 0 };
    const gate = gateAt(time);
    for (const capture of ['a', 'b', 'c']) gate.answered(capture, 'account_fault');
    time.ms = 1_000;
    assert.deepEqual([gate.permit(), gate.permit()], ['probe', 'held']);
    assert.equal(gate.answered('d', 'account_fault'), 'unchanged');
    time.ms = 2_000;
    assert.equal(gate.permit(), 'probe');
    assert.equal(gate.answered('e', 'captured'), 'released');
    assert.equal(gate.permit(), 'open');
    assert.equal(gate.waitMs, 0);
  });

  it('blames a capture for an account fault only if the account was shown to be good since the last one', () => {
    const gate = gateAt({ ms: 0 });
    assert.ok(!gate.blames('a'), 'nothing is known of the account yet');
    gate.answered('a', 'account_fault');
    assert.ok(!gate.blames('a'));
    gate.answered('b', 'unknown');
    assert.ok(!gate.blames('a'), 'a timeout shows nothing');
    gate.answered('b', 'captured');
    assert.ok(gate.blames('a') && gate.blames('c'));
    gate.answered('a', 'account_fault');
    assert.ok(!gate.blames('a'), 'once for each time that the account was shown to be good');
    assert.ok(gate.blames('c'), 'of another capture it is the first since then');
    gate.answered('c', 'declined');
    assert.ok(gate.blames('a'));
  });
});
