import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTimeline } from '../../../simulation/timeline.js';

describe('the timeline', () => {
  it('does what is put on it in the order of time, and of one time in the order of coming', async () => {
    const timeline = createTimeline();
    const done: string[] = [];
    for (const [ms, name] of [
      [30, 'c'],
      [10, 'a'],
      [30, 'd'],
      [20, 'b'],
      [0, 'first'],
    ] as const)
      timeline.after(ms, () => done.push(`${name} at ${String(timeline.now)}`));
    await timeline.run(() => false, 1_000);
    assert.deepEqual(done, ['first at 0', 'a at 10', 'b at 20', 'c at 30', 'd at 30']);
  });

  it('lets everything happen that needs no time before the next thing does', async () => {
    const timeline = createTimeline();
    const done: string[] = [];
    timeline.after(1, () => {
      void (async () => {
        for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
        await new Promise<void>((resolve) => setImmediate(resolve));
        setImmediate(() => setImmediate(() => done.push('what followed')));
      })();
    });
    timeline.after(1, () => done.push('the next'));
    await timeline.run(() => false, 1_000);
    assert.deepEqual(done, ['what followed', 'the next']);
  });

  it('leaves out what was taken off, and what comes after its limit', async () => {
    const timeline = createTimeline();
    const done: string[] = [];
    const cancel = timeline.after(5, () => done.push('taken off'));
    timeline.after(4, () => {
      cancel();
    });
    timeline.after(2_000, () => done.push('too late'));
    await timeline.run(() => false, 1_000);
    assert.deepEqual(done, []);
    await timeline.run(() => false, 3_000);
    assert.deepEqual(done, ['too late']);
  });
});
