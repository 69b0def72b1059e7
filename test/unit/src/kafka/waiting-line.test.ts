import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createWaitingLine } from '../../../../src/kafka/waiting-line.js';
import { manualClock, settled } from '../../../support/manual-clock.js';

describe('the waiting line', () => {
  it('wakes one at a time, the one that has waited longest first, and others when their time is over', async () => {
    const clock = manualClock();
    const line = createWaitingLine(clock);
    const woken: string[] = [];
    const wait = (name: string, ms: number): void => {
      void line.wait(ms).then(() => woken.push(name));
    };
    wait('a', 100);
    wait('b', 50);
    wait('c', 100);
    line.wakeNext();
    await settled();
    assert.deepEqual(woken, ['a']);
    await clock.advance(50);
    assert.deepEqual(woken, ['a', 'b']);
    line.wakeNext();
    await settled();
    assert.deepEqual(woken, ['a', 'b', 'c'], 'who has left the line is not woken in place of another');
    line.wakeNext();
    assert.equal(clock.sleepers, 0);
  });

  it('wakes all', async () => {
    const clock = manualClock();
    const line = createWaitingLine(clock);
    const waits = [line.wait(1_000), line.wait(1_000)];
    line.wakeAll();
    await Promise.all(waits);
    assert.equal(clock.sleepers, 0);
  });
});
