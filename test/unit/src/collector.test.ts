import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import type { Collector, Source } from '../../../src/collector.js';
import { createCollector } from '../../../src/collector.js';
import type { Clock } from '../../../src/ports/clock.js';

const EPOCH = Date.parse('2026-03-01T12:00:00Z');

/** A clock that stands until it is moved on. A sleep ends when the clock passes it, or when it is aborted. */
function handClock(): Clock & { forward(ms: number): void } {
  let now = 0;
  const sleepers = new Set<{ until: number; wake: () => void }>();
  return {
    now: () => new Date(EPOCH + now),
    monotonic: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        const sleeper = { until: now + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => {
          sleepers.delete(sleeper);
          resolve();
        });
      }),
    forward: (ms) => {
      now += ms;
      for (const sleeper of sleepers) {
        if (sleeper.until > now) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
  };
}

/** Runs everything that waits for nothing but its turn. */
async function allThatCanHappen(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

interface Scene {
  readonly collector: Collector;
  readonly clock: ReturnType<typeof handClock>;
  readonly failures: string[];
  readonly successes: [string, number][];
  readonly warnings: string[];
}

function scene(...sources: Source[]): Scene {
  const clock = handClock();
  const failures: string[] = [];
  const successes: [string, number][] = [];
  const warnings: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line) => void warnings.push(line) });
  const collector = createCollector({
    sources,
    patienceMs: 1_000,
    keepMs: 5_000,
    metrics: {
      collectFailed: (source) => void failures.push(source),
      collected: (source, at) => void successes.push([source, at.getTime() - EPOCH]),
    },
    clock,
    log,
  });
  return { collector, clock, failures, successes, warnings };
}

describe('createCollector', () => {
  it('reads every source and notes when', async () => {
    const read: string[] = [];
    const source = (name: string): Source => ({ name, read: () => Promise.resolve(void read.push(name)) });
    const { collector, successes } = scene(source('lag'), source('outbox'));
    await collector.refresh();
    assert.deepEqual(read, ['lag', 'outbox']);
    assert.deepEqual(successes, [
      ['lag', 0],
      ['outbox', 0],
    ]);
  });

  it('does not read again while a reading is good', async () => {
    let reads = 0;
    const { collector, clock } = scene({ name: 'lag', read: () => Promise.resolve(void (reads += 1)) });
    await collector.refresh();
    clock.forward(4_999);
    await collector.refresh();
    assert.equal(reads, 1);
    clock.forward(1);
    await collector.refresh();
    assert.equal(reads, 2);
  });

  it('counts a failed reading, tries again at once, and warns only when it begins', async () => {
    let healthy = false;
    const { collector, failures, successes, warnings } = scene({
      name: 'lag',
      read: () => (healthy ? Promise.resolve() : Promise.reject(new Error('no broker'))),
    });
    await collector.refresh();
    await collector.refresh();
    assert.deepEqual(failures, ['lag', 'lag']);
    assert.equal(warnings.length, 1);
    assert.match(warnings.join(), /metrics of lag are stale: no broker/);
    healthy = true;
    await collector.refresh();
    assert.deepEqual(successes, [['lag', 0]]);
  });

  it('does not wait for a source that hangs, and never reads it twice at once', async () => {
    let reads = 0;
    let end: () => void = () => undefined;
    const hung = {
      name: 'slow',
      read: () => new Promise<void>((resolve) => ((reads += 1), (end = resolve))),
    };
    let quickReads = 0;
    const quick = { name: 'quick', read: () => Promise.resolve(void (quickReads += 1)) };
    const { collector, clock, failures, successes } = scene(hung, quick);

    const first = collector.refresh();
    await allThatCanHappen();
    clock.forward(1_000);
    await first;
    clock.forward(10_000);
    const second = collector.refresh();
    await allThatCanHappen();
    clock.forward(1_000);
    await second;

    assert.equal(reads, 1);
    assert.equal(quickReads, 2);
    assert.deepEqual(failures, ['slow', 'slow']);

    // What it brings in the end counts, and it is read again when that is no longer good.
    end();
    await collector.refresh();
    assert.deepEqual(successes.at(-1), ['slow', 12_000]);
    clock.forward(5_000);
    const third = collector.refresh();
    end();
    await third;
    assert.equal(reads, 2);
  });

  it('reads once for pages that are asked for at the same time', async () => {
    let reads = 0;
    const { collector } = scene({ name: 'lag', read: () => Promise.resolve(void (reads += 1)) });
    await Promise.all([collector.refresh(), collector.refresh(), collector.refresh()]);
    assert.equal(reads, 1);
  });
});
