import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import type { OutboxRelay, OutboxRelayOptions } from '../../../producers/outbox-relay.js';
import { createOutboxRelay } from '../../../producers/outbox-relay.js';
import type { OutboxStore, QueuedEvent } from '../../../src/ports/store.js';
import type { ManualClock } from '../../support/manual-clock.js';
import { manualClock, settled } from '../../support/manual-clock.js';

interface Scene {
  readonly relay: OutboxRelay;
  readonly clock: ManualClock;
  /** Adds an event of a capture to the queue. */
  readonly queue: (captureId: string) => void;
  /** The events in the log, by name. */
  readonly appended: string[];
  readonly queued: () => string[];
  /** Makes an operation of the store or the log fail while it is set. */
  readonly broken: Set<keyof OutboxStore | 'append'>;
  readonly calls: Map<keyof OutboxStore | 'append', number>;
  readonly lines: { level: number; msg: string }[];
  /** Gives the shards to someone else, or back. */
  holdable: readonly number[];
  /** What happens between a look at the queue and the moment when the relay hears of it. */
  afterLook: () => void;
  /** What an append does before it is acknowledged. */
  onAppend: (names: readonly string[]) => Promise<void>;
}

/** A relay over a queue in memory that keeps the promises of the outbox store. */
function scene(change: Partial<OutboxRelayOptions> = {}): Scene {
  let events: QueuedEvent[] = [];
  let nextId = 1n;
  let held: readonly number[] = [];
  const lines: { level: number; msg: string }[] = [];
  const calls: Scene['calls'] = new Map();

  async function called(what: keyof OutboxStore | 'append'): Promise<void> {
    calls.set(what, (calls.get(what) ?? 0) + 1);
    await Promise.resolve();
    if (made.broken.has(what)) throw new Error(`${what} is broken`);
  }

  const store: OutboxStore = {
    acquire: async () => {
      await called('acquire');
      held = made.holdable;
      return held;
    },
    next: async (limit) => {
      await called('next');
      const captures = new Set<string>();
      const oldest = events.filter(({ captureId }) => {
        const first = !captures.has(captureId);
        captures.add(captureId);
        return first;
      });
      made.afterLook();
      return held.length === 0 ? [] : oldest.slice(0, limit);
    },
    published: async (ids) => {
      await called('published');
      events = events.filter(({ queueId }) => !ids.includes(queueId));
    },
    release: async () => {
      await called('release');
      held = [];
    },
  };

  const clock = manualClock();
  const made: Scene = {
    clock,
    calls,
    lines,
    appended: [],
    broken: new Set(),
    holdable: [0, 1],
    afterLook: () => undefined,
    onAppend: () => Promise.resolve(),
    queued: () => events.map(({ eventId }) => eventId),
    queue: (captureId) => {
      const count = events.filter((event) => event.captureId === captureId).length;
      const already = made.appended.filter((name) => name.startsWith(`${captureId}:`)).length;
      const eventId = `${captureId}:${String(already + count + 1)}`;
      const record = { topic: 't', key: null, value: Buffer.from(eventId), headers: [] };
      events.push({ queueId: nextId, eventId, captureId, record });
      nextId += 1n;
    },
    relay: createOutboxRelay({
      store,
      producer: {
        append: async (records) => {
          await called('append');
          const names = records.map(({ value }) => Buffer.from(value ?? []).toString());
          await made.onAppend(names);
          made.appended.push(...names);
        },
      },
      clock,
      random: () => 0.999,
      log: pino(
        { level: 'info' },
        { write: (line) => lines.push(JSON.parse(line) as { level: number; msg: string }) },
      ),
      ...change,
    }),
  };
  return made;
}

describe('outbox relay', () => {
  it('publishes what is queued and takes it off the queue', async () => {
    const { relay, clock, queue, appended, queued } = scene();
    for (const capture of ['a', 'b']) queue(capture);
    relay.start();
    await clock.advance(0);
    assert.deepEqual(appended, ['a:1', 'b:1']);
    assert.deepEqual(queued(), []);
    await relay.stop(1_000);
  });

  it('never has two events of a capture under way: the next goes when the one before is acknowledged', async () => {
    const made = scene();
    for (const capture of ['a', 'a', 'b', 'a']) made.queue(capture);
    const batches: string[][] = [];
    let acknowledge: (() => void) | undefined;
    made.onAppend = (names) => {
      batches.push([...names]);
      return new Promise((resolve) => (acknowledge = resolve));
    };
    made.relay.start();
    await made.clock.advance(10_000);
    assert.deepEqual(batches, [['a:1', 'b:1']]);
    made.onAppend = (names) => {
      batches.push([...names]);
      return Promise.resolve();
    };
    acknowledge?.();
    await made.clock.advance(0);
    assert.deepEqual(batches, [['a:1', 'b:1'], ['a:2'], ['a:3']]);
    await made.relay.stop(1_000);
  });

  it('takes no more than a batch at once, and goes on without waiting', async () => {
    const { relay, clock, queue, appended, calls } = scene({ batchSize: 2 });
    for (let index = 0; index < 5; index += 1) queue(`c${String(index)}`);
    relay.start();
    await clock.advance(0);
    assert.equal(appended.length, 5);
    assert.equal(calls.get('append'), 3);
    await relay.stop(1_000);
  });

  it('looks again when it is woken, and otherwise after the poll interval', async () => {
    const { relay, clock, queue, appended } = scene();
    relay.start();
    await clock.advance(0);
    queue('a');
    await clock.advance(199);
    assert.deepEqual(appended, []);
    await clock.advance(1);
    assert.deepEqual(appended, ['a:1']);
    queue('b');
    relay.wake();
    await settled();
    assert.deepEqual(appended, ['a:1', 'b:1']);
    await relay.stop(1_000);
  });

  it('does not miss what is committed while it looks', async () => {
    const made = scene();
    made.afterLook = () => {
      made.afterLook = () => undefined;
      made.queue('a');
      made.relay.wake();
    };
    made.relay.start();
    await made.clock.advance(0);
    assert.deepEqual(made.appended, ['a:1']);
    await made.relay.stop(1_000);
  });

  it('without shards only tries to get some, now and then, whoever wakes it', async () => {
    const made = scene();
    made.holdable = [];
    made.queue('a');
    made.relay.start();
    await made.clock.advance(4_999);
    for (let times = 0; times < 10; times += 1) made.relay.wake();
    await settled();
    assert.equal(made.calls.get('acquire'), 1);
    assert.equal(made.calls.get('next') ?? 0, 0);
    made.holdable = [3];
    await made.clock.advance(1);
    assert.deepEqual(made.appended, ['a:1']);
    assert.deepEqual(made.relay.stats().shards, [3]);
    await made.relay.stop(1_000);
  });

  it('tries for the shards of workers that died while it publishes', async () => {
    const made = scene();
    made.relay.start();
    await made.clock.advance(0);
    made.holdable = [0, 1, 2];
    await made.clock.advance(5_200);
    assert.deepEqual(made.relay.stats().shards, [0, 1, 2]);
    await made.relay.stop(1_000);
  });

  it('survives a log that is away: says so once, waits longer each time, and appends again', async () => {
    const { relay, clock, queue, appended, broken, calls, lines, queued } = scene();
    relay.start();
    await clock.advance(0);
    lines.length = 0;
    broken.add('append');
    queue('a');
    await clock.advance(60_000);
    const tries = calls.get('append') ?? 0;
    assert.ok(tries >= 6 && tries <= 14, `tried ${String(tries)} times in a minute`);
    assert.deepEqual(queued(), ['a:1']);
    assert.notEqual(relay.stats().awaySince, null);
    assert.deepEqual(
      lines.map(({ level }) => level),
      [40],
    );
    broken.delete('append');
    await clock.advance(10_000);
    assert.deepEqual(appended, ['a:1']);
    assert.deepEqual(
      lines.map(({ level }) => level),
      [40, 30],
    );
    assert.equal(relay.stats().awaySince, null);
    await relay.stop(1_000);
  });

  it('acquires anew after the session that held its shards was lost', async () => {
    const made = scene();
    made.relay.start();
    await made.clock.advance(0);
    made.broken.add('next');
    made.holdable = [];
    made.queue('a');
    await made.clock.advance(1_000);
    made.broken.delete('next');
    await made.clock.advance(1_000);
    assert.deepEqual(made.relay.stats().shards, []);
    assert.deepEqual(made.appended, []);
    await made.relay.stop(1_000);
  });

  it('does not append again what was acknowledged when only the store was away afterwards', async () => {
    const { relay, clock, queue, appended, broken, queued } = scene();
    queue('a');
    broken.add('published');
    relay.start();
    await clock.advance(5_000);
    assert.deepEqual(appended, ['a:1']);
    broken.delete('published');
    await clock.advance(10_000);
    assert.deepEqual(queued(), []);
    assert.deepEqual(appended, ['a:1']);
    await relay.stop(1_000);
  });

  it('publishes what is queued before it stops, and then releases its shards', async () => {
    const { relay, clock, queue, appended, calls } = scene({ batchSize: 1 });
    relay.start();
    await clock.advance(0);
    for (const capture of ['a', 'b', 'c']) queue(capture);
    await relay.stop(1_000);
    assert.deepEqual(appended, ['a:1', 'b:1', 'c:1']);
    assert.equal(calls.get('release'), 1);
    assert.equal(clock.sleepers, 0);
  });

  it('stops at the deadline although the log hangs', async () => {
    const made = scene();
    made.onAppend = () => new Promise(() => undefined);
    made.queue('a');
    made.relay.start();
    await made.clock.advance(0);
    let stopped = false;
    const stopping = made.relay.stop(3_000).then(() => (stopped = true));
    await made.clock.advance(2_999);
    assert.equal(stopped, false);
    await made.clock.advance(1);
    await stopping;
    assert.equal(made.calls.get('release'), 1);
  });

  it('stops soon although the log is away', async () => {
    const made = scene();
    made.broken.add('append');
    made.queue('a');
    made.relay.start();
    await made.clock.advance(30_000);
    await made.relay.stop(3_000);
    assert.equal(made.clock.sleepers, 0);
  });

  it('does not stumble over a release that fails', async () => {
    const made = scene();
    made.broken.add('release');
    made.relay.start();
    await made.clock.advance(0);
    await made.relay.stop(1_000);
  });

  it('counts', async () => {
    const { relay, clock, queue } = scene({ batchSize: 2 });
    for (const capture of ['a', 'b', 'c']) queue(capture);
    relay.start();
    await clock.advance(0);
    const { published, batches, failures, drainedAt } = relay.stats();
    assert.deepEqual(
      { published, batches, failures, drainedAt },
      { published: 3, batches: 2, failures: 0, drainedAt: clock.now() },
    );
    await relay.stop(1_000);
  });
});
