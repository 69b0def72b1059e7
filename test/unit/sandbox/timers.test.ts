import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Interrupted, Timers } from '../../../sandbox/timers.js';

describe('timers', () => {
  it('do what was put off, after the time and not before', (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const timers = new Timers();
    const done: string[] = [];
    timers.after(20, () => done.push('later'));
    timers.after(10, () => done.push('sooner'));
    context.mock.timers.tick(9);
    assert.deepEqual(done, []);
    context.mock.timers.tick(11);
    assert.deepEqual(done, ['sooner', 'later']);
  });

  it('when hurried, do at once and in order what was put off so far, and not again in its time', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const timers = new Timers();
    const done: string[] = [];
    const waited = timers.wait(30);
    timers.after(20, () => {
      done.push('later');
      timers.after(5, () => done.push('after that'));
    });
    timers.after(10, () => done.push('sooner'));
    assert.equal(timers.hurry(), 3);
    await waited;
    assert.deepEqual(done, ['sooner', 'later']);
    context.mock.timers.tick(100);
    assert.deepEqual(done, ['sooner', 'later', 'after that']);
  });

  it('when cancelled, end every wait with an error and never do the rest', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const timers = new Timers();
    const done: string[] = [];
    timers.after(10, () => done.push('never'));
    const waited = assert.rejects(timers.wait(10), Interrupted);
    timers.cancelAll();
    await waited;
    context.mock.timers.tick(100);
    assert.deepEqual(done, []);
    const afterwards = timers.wait(5);
    context.mock.timers.tick(5);
    await afterwards;
  });
});
