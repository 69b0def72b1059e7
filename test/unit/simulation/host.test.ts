import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CaptureWorkerError } from '../../../src/errors.js';
import { createDraws } from '../../../simulation/draw.js';
import type { Host, HostOptions } from '../../../simulation/host.js';
import { createHost } from '../../../simulation/host.js';
import type { Timeline } from '../../../simulation/timeline.js';
import { createTimeline } from '../../../simulation/timeline.js';

interface Rig {
  readonly host: Host;
  readonly timeline: Timeline;
  readonly told: string[];
  readonly run: () => Promise<void>;
}

function rig(change: Partial<HostOptions> = {}): Rig {
  const timeline = createTimeline();
  const told: string[] = [];
  const host = createHost({
    name: 'worker',
    timeline,
    draws: createDraws(1),
    epochMs: 0,
    skewMs: 0,
    slowness: 0,
    death: null,
    stills: [],
    onDeath: () => told.push('dead'),
    onStill: () => told.push('still'),
    ...change,
  });
  return { host, timeline, told, run: () => timeline.run(() => false, 1_000_000) };
}

describe('a simulated process', () => {
  it('asks, and is answered later', async () => {
    const { host, timeline, told, run } = rig();
    void host
      .call('sum', () => told.push('done'))
      .then(() => told.push(`heard after ${String(timeline.now > 0)}`));
    assert.deepEqual(told, []);
    await run();
    assert.deepEqual(told, ['done', 'heard after true']);
  });

  it('dies before a call leaves: nothing is done, and nothing heard', async () => {
    const { host, told, run } = rig({ death: { atCall: 2, when: 'before' } });
    void host.call('first', () => told.push('first'));
    void host.call('second', () => told.push('second')).then(() => told.push('heard'));
    await run();
    assert.equal(host.isUp, false);
    assert.ok(!told.includes('second') && !told.includes('heard'), told.join());
  });

  it('dies once a call is done: that is never heard of, nor does a timer go off', async () => {
    const { host, told, run } = rig({ death: { atCall: 1, when: 'after' } });
    void host.clock.sleep(1_000).then(() => told.push('woke'));
    void host.call('only', () => told.push('done')).then(() => told.push('heard'));
    await run();
    assert.deepEqual(told, ['done', 'dead']);
  });

  it('stands still: answers and timers reach it when it goes on, in their order', async () => {
    const { host, timeline, told, run } = rig({ stills: [{ atCall: 1, when: 'after', forMs: 60_000 }] });
    const at = (what: string) => () => told.push(`${what} ${timeline.now >= 60_000 ? 'late' : 'in time'}`);
    void host.call('claim', () => undefined).then(at('answer'));
    void host.clock.sleep(5_000).then(at('timer'));
    await run();
    assert.deepEqual(told, ['still', 'answer late', 'timer late']);
  });

  it('is refused, or answered by nobody though it was done, as often as its part is in trouble', async () => {
    const { host, run } = rig();
    const counts = { done: 0, heard: 0, failed: 0 };
    const trouble = { share: 0.25, error: () => new CaptureWorkerError('STORE_UNAVAILABLE', 'lost') };
    for (let call = 0; call < 4_000; call += 1)
      void host
        .call(`call`, () => (counts.done += 1), trouble)
        .then(
          () => (counts.heard += 1),
          () => (counts.failed += 1),
        );
    await run();
    assert.ok(Math.abs(counts.done / 4_000 - 0.75) < 0.03, JSON.stringify(counts));
    assert.ok(Math.abs(counts.heard / 4_000 - 0.5) < 0.03, JSON.stringify(counts));
    assert.equal(counts.heard + counts.failed, 4_000);
  });

  it('has a wall clock that can be wrong, and a monotonic one that is not', async () => {
    const { host, timeline, run } = rig({ skewMs: -300_000, epochMs: 1_000_000 });
    timeline.after(500, () => undefined);
    await run();
    assert.equal(host.clock.now().getTime(), 1_000_000 - 300_000 + 500);
    assert.equal(host.clock.monotonic(), 500);
  });

  it('wakes a sleeper when its signal aborts', async () => {
    const { host, timeline, told, run } = rig();
    const nap = new AbortController();
    void host.clock.sleep(90_000, nap.signal).then(() => told.push(String(timeline.now)));
    timeline.after(10, () => {
      nap.abort();
    });
    await run();
    assert.deepEqual(told, ['10']);
  });
});
