import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { pino } from 'pino';
import { CaptureWorkerError } from '../../../../src/errors.js';
import { bytesOf } from '../../../../src/kafka/held-message.js';
import type { Runner, RunnerOptions } from '../../../../src/kafka/runner.js';
import { createRunner } from '../../../../src/kafka/runner.js';
import type { LogMessage, TopicPartition } from '../../../../src/ports/log.js';
import type { ManualClock } from '../../../support/manual-clock.js';
import { manualClock, settled } from '../../../support/manual-clock.js';
import type { MemoryConsumer } from '../../../support/memory-consumer.js';
import { memoryConsumer } from '../../../support/memory-consumer.js';

const P0: TopicPartition = { topic: 'orders', partition: 0 };
const P1: TopicPartition = { topic: 'orders', partition: 1 };
const P2: TopicPartition = { topic: 'orders', partition: 2 };

interface Scene {
  readonly runner: Runner;
  readonly consumer: MemoryConsumer;
  readonly clock: ManualClock;
  readonly fatal: CaptureWorkerError[];
  /** `partition:offset` of every message whose processing began, in order. */
  readonly begun: string[];
  /** Ends the oldest processing of a message that is under way. */
  readonly end: (place: string, error?: Error) => Promise<void>;
}

async function scene(change: Partial<RunnerOptions> = {}): Promise<Scene> {
  const consumer = memoryConsumer();
  const clock = manualClock();
  const fatal: CaptureWorkerError[] = [];
  const begun: string[] = [];
  const underWay = new Map<string, ((error: Error | undefined) => void)[]>();
  const runner = createRunner({
    consumer,
    clock,
    random: () => 0.5,
    log: pino({ level: 'silent' }),
    maxInFlight: 10,
    onFatal: (error) => fatal.push(error),
    process: (message) => {
      begun.push(placeOf(message));
      return new Promise((resolve, reject) => {
        const endings = underWay.get(placeOf(message)) ?? [];
        underWay.set(placeOf(message), endings);
        endings.push((error) => {
          if (error === undefined) resolve();
          else reject(error);
        });
      });
    },
    ...change,
  });
  await runner.start();
  consumer.assign([P0, P1, P2]);
  return {
    runner,
    consumer,
    clock,
    fatal,
    begun,
    end: async (place, error) => {
      const ending = underWay.get(place)?.shift();
      assert.ok(ending, `${place} is not under way`);
      ending(error);
      await settled();
    },
  };
}

function placeOf({ partition, offset }: LogMessage): string {
  return `${String(partition)}:${offset.toString()}`;
}

/** A message of so many bytes, with a key if it is given. */
function ofSize(bytes: number, key: string | null = null): Pick<LogMessage, 'key' | 'value' | 'headers'> {
  return { key: key === null ? null : Buffer.from(key), value: Buffer.alloc(bytes), headers: [] };
}

/** Nobody waits then for what is under way. */
const OVER = AbortSignal.abort();

const AWAY = new CaptureWorkerError('LOG_UNAVAILABLE', 'the log is away');

describe('runner', () => {
  it('commits up to the first message that is not done, on its timer', async () => {
    const { consumer, clock, end } = await scene();
    consumer.append(P0, ['a', 'b', 'c']);
    await consumer.deliver(P0);
    await end('0:0');
    await end('0:2');
    assert.deepEqual(consumer.commits, []);
    await clock.advance(1_000);
    assert.equal(consumer.committed(P0), 1n);
    await end('0:1');
    await clock.advance(1_000);
    assert.equal(consumer.committed(P0), 3n);
    await clock.advance(10_000);
    assert.equal(consumer.commits.length, 2, 'what did not move is not committed again');
  });

  it('processes messages of one key in order, those of other keys and topics meanwhile', async () => {
    const { consumer, begun, end } = await scene();
    consumer.append(P0, ['a', 'a', 'b', null, null]);
    await consumer.deliver(P0);
    assert.deepEqual(begun, ['0:0', '0:2', '0:3', '0:4']);
    await end('0:0');
    assert.deepEqual(begun.slice(4), ['0:1']);
  });

  it('takes no more than fits, sends heartbeats while it waits, and goes on when there is room', async () => {
    const { consumer, clock, begun, end } = await scene({ maxInFlight: 1, maxHeld: 2 });
    let heartbeats = 0;
    consumer.heartbeat = () => {
      heartbeats += 1;
      return Promise.resolve();
    };
    consumer.append(P0, ['a', 'b', 'c']);
    let taken = false;
    const delivery = consumer.deliver(P0).then(() => (taken = true));
    await clock.advance(5_000);
    assert.equal(taken, false);
    assert.equal(heartbeats, 5);
    await end('0:0');
    await delivery;
    assert.deepEqual(begun, ['0:0', '0:1']);
  });

  it('takes no more bytes than fit, and a message that is larger than that when there is room at all', async () => {
    const { runner, consumer, begun, end } = await scene({ maxHeldBytes: 100_000 });
    consumer.write(P0, [ofSize(40_000), ofSize(500_000), ofSize(1), ofSize(1)]);
    const delivery = consumer.deliver(P0);
    await end('0:0');
    assert.deepEqual(begun, ['0:0', '0:1']);
    assert.ok(runner.stats().heldBytes >= 500_000);
    await end('0:1');
    await delivery;
    assert.deepEqual(begun, ['0:0', '0:1', '0:2', '0:3']);
    await end('0:2');
    await end('0:3');
    assert.equal(runner.stats().heldBytes, 0);
  });

  it('goes on with all partitions at once when a large message has made room for them', async () => {
    const { consumer, begun, end } = await scene({ maxHeldBytes: 100_000 });
    consumer.write(P0, [ofSize(500_000)]);
    for (const place of [P1, P2]) consumer.write(place, [ofSize(1), ofSize(1)]);
    await consumer.deliver(P0);
    const deliveries = Promise.all([consumer.deliver(P1), consumer.deliver(P2)]);
    await end('0:0');
    // The clock stands still: nobody waited for a heartbeat.
    await deliveries;
    assert.deepEqual(begun, ['0:0', '1:0', '1:1', '2:0', '2:1']);
  });

  it('holds messages without what was fetched around them', async () => {
    const seen: LogMessage[] = [];
    const { consumer } = await scene({
      process: (message) => {
        seen.push(message);
        return Promise.resolve();
      },
    });
    const fetched = Buffer.alloc(1_000_000, 'x');
    consumer.write(P0, [{ key: fetched.subarray(5, 8), value: fetched.subarray(8, 20), headers: [] }]);
    await consumer.deliver(P0);
    assert.deepEqual(
      seen.map(({ key, value }) => [key?.buffer.byteLength, value?.length]),
      [[15, 12]],
    );
  });

  it('holds no more bytes than may be but for one message, and does all, whatever the sizes', async () => {
    const someMessage = fc.record({
      place: fc.constantFrom(P0, P1, P2),
      size: fc.oneof(fc.nat({ max: 2_000 }), fc.nat({ max: 60_000 })),
      key: fc.option(fc.constantFrom('a', 'b')),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(someMessage, { maxLength: 25 }),
        fc.integer({ min: 1, max: 50_000 }),
        fc.infiniteStream(fc.nat()),
        async (all, maxHeldBytes, choices) => {
          const { runner, consumer, begun, end } = await scene({ maxHeldBytes, maxInFlight: 4 });
          for (const { place, size, key } of all) consumer.write(place, [ofSize(size, key)]);
          const place = { ...P0, offset: 0n, timestamp: new Date(0) };
          const largest = Math.max(
            0,
            ...all.map(({ size, key }) => bytesOf({ ...place, ...ofSize(size, key) })),
          );
          const delivery = Promise.all([P0, P1, P2].map((one) => consumer.deliver(one)));
          const ended = new Set<string>();
          while (ended.size < all.length) {
            const underWay = begun.filter((one) => !ended.has(one));
            assert.ok(runner.stats().heldBytes < maxHeldBytes + largest);
            const next = underWay[choices.next().value % underWay.length];
            assert.ok(next !== undefined, 'something is always under way');
            ended.add(next);
            await end(next);
          }
          await delivery;
          assert.equal(runner.stats().heldBytes, 0);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('lets a heartbeat that failed end the delivery, so that the group can be joined anew', async () => {
    const { consumer, clock } = await scene({ maxInFlight: 1, maxHeld: 1 });
    consumer.heartbeat = () => Promise.reject(new Error('rebalance'));
    consumer.append(P0, ['a', 'b']);
    const delivery = assert.rejects(consumer.deliver(P0), /rebalance/);
    await clock.advance(1_000);
    await delivery;
  });

  it('lets end what is under way when a rebalance begins, commits it, and only then gives up its partitions', async () => {
    const { runner, consumer, begun, end } = await scene();
    consumer.append(P0, ['a', 'b', 'b']);
    consumer.append(P1, ['x']);
    await consumer.deliver(P0);
    await consumer.deliver(P1);
    const given = consumer.rebalance([P0]);
    await end('1:0');
    await end('0:1');
    assert.deepEqual(consumer.commits, [], 'it waits for the last one');
    assert.deepEqual(runner.stats().inFlight, 1);
    await end('0:0');
    await given;
    assert.equal(consumer.committed(P0), 2n);
    assert.equal(consumer.committed(P1), 1n);
    await consumer.deliver(P0);
    assert.deepEqual(begun, ['0:0', '0:1', '1:0', '0:2'], 'nothing that began came again');
    const { dropped, abandoned } = runner.stats();
    assert.deepEqual({ dropped, abandoned }, { dropped: 1, abandoned: 0 });
  });

  it('waits for nobody when a rebalance begins while nothing is under way', async () => {
    const { consumer, clock, end } = await scene();
    consumer.append(P0, ['a']);
    await consumer.deliver(P0);
    await end('0:0');
    // The clock stands still.
    await consumer.rebalance([P1]);
    assert.equal(consumer.committed(P0), 1n);
    assert.equal(clock.sleepers, 1, 'but for the timer of commits');
  });

  it('waits at a rebalance no longer than it may, and commits what is done by then', async () => {
    const { consumer, clock, begun, end } = await scene({ settleMs: 10_000 });
    consumer.append(P0, ['a', 'b']);
    await consumer.deliver(P0);
    await end('0:0');
    let isGiven = false;
    const given = consumer.rebalance([P0]).then(() => (isGiven = true));
    await clock.advance(9_999);
    assert.equal(isGiven, false);
    assert.equal(consumer.committed(P0), 1n, 'the timer commits meanwhile');
    await clock.advance(1);
    await given;
    await end('0:1');
    await clock.advance(1_000);
    assert.equal(consumer.committed(P0), 1n, 'what ends too late commits nothing');
    await consumer.deliver(P0);
    assert.deepEqual(begun, ['0:0', '0:1', '0:1']);
  });

  it('does not wait again for what an earlier rebalance has waited for in vain', async () => {
    const { consumer, clock } = await scene();
    consumer.append(P0, ['a']);
    await consumer.deliver(P0);
    const given = consumer.rebalance([P1]);
    await clock.advance(10_000);
    await given;
    // The clock stands still.
    await consumer.rebalance([P0]);
  });

  it('waits at a rebalance only as long as there is use in it', async () => {
    const { consumer, end } = await scene();
    consumer.append(P0, ['a', 'b']);
    await consumer.deliver(P0);
    await end('0:0');
    const over = new AbortController();
    const given = consumer.rebalance([P0], over.signal);
    over.abort();
    await given;
    assert.equal(consumer.committed(P0), 1n);
  });

  it('starts nothing while it waits at a rebalance: not what is behind a key, nor behind a full house, nor new', async () => {
    const { runner, consumer, begun, end } = await scene({ maxInFlight: 2, maxHeld: 3 });
    consumer.append(P0, ['a', 'b', 'a', 'c']);
    consumer.append(P1, ['x']);
    const delivery = consumer.deliver(P0);
    const given = consumer.rebalance([P1]);
    await consumer.deliver(P1);
    await delivery;
    await end('0:0');
    assert.deepEqual(begun, ['0:0', '0:1']);
    await end('0:1');
    await given;
    assert.equal(consumer.committed(P0), 2n);
    assert.equal(consumer.committed(P1), null);
    assert.equal(runner.stats().dropped, 1, 'what had no room was never held');
    await consumer.deliver(P1);
    assert.deepEqual(begun, ['0:0', '0:1', '1:0']);
  });

  it('gives up at a rebalance what waits for a try, and what fails while it waits for the others', async () => {
    const { runner, consumer, clock, begun, fatal, end } = await scene();
    consumer.append(P0, ['a', 'b', 'c']);
    await consumer.deliver(P0);
    await end('0:1', AWAY);
    const given = consumer.rebalance([P0]);
    await end('0:2', AWAY);
    await end('0:0');
    // The clock stands still: nobody waited for a try.
    await given;
    assert.equal(consumer.committed(P0), 1n);
    assert.deepEqual(begun, ['0:0', '0:1', '0:2']);
    const { inFlight, abandoned, retries } = runner.stats();
    assert.deepEqual({ inFlight, abandoned, retries }, { inFlight: 0, abandoned: 2, retries: 0 });
    assert.deepEqual(fatal, []);
    await consumer.deliver(P0);
    await end('0:1');
    await end('0:2');
    await clock.advance(1_000);
    assert.equal(consumer.committed(P0), 3n);
    assert.equal(await runner.drain(1_000), 0, 'what was given up came again and was done');
  });

  it('stops as ever when processing fails unexpectedly while it waits at a rebalance', async () => {
    const { consumer, fatal, end } = await scene();
    consumer.append(P0, ['a']);
    await consumer.deliver(P0);
    const given = consumer.rebalance([P1]);
    await end('0:0', new TypeError('undefined is not a function'));
    await given;
    assert.equal(fatal.length, 1);
    assert.equal(consumer.committed(P0), null);
  });

  it('joins its group no more when it drains: a rebalance waits for it to leave', async () => {
    const { runner, consumer, end } = await scene();
    consumer.append(P0, ['a']);
    await consumer.deliver(P0);
    const over = new AbortController();
    let isGiven = false;
    const given = consumer.rebalance([P0], over.signal).then(() => (isGiven = true));
    const drained = runner.drain(5_000);
    await end('0:0');
    assert.equal(await drained, 0);
    assert.equal(consumer.stopped, true);
    assert.equal(consumer.committed(P0), 1n);
    assert.equal(isGiven, false);
    over.abort();
    await given;
  });

  it('drains no longer than its deadline, also while it waits at a rebalance', async () => {
    const { runner, consumer, clock } = await scene({ settleMs: 60_000 });
    consumer.append(P0, ['a']);
    await consumer.deliver(P0);
    const over = new AbortController();
    const given = consumer.rebalance([P0], over.signal);
    const drained = runner.drain(5_000);
    await clock.advance(5_000);
    assert.equal(await drained, 1);
    assert.equal(consumer.stopped, true);
    over.abort();
    await given;
  });

  it('commits nothing for work that began before the partitions were given anew', async () => {
    const { consumer, clock, begun, end } = await scene();
    consumer.append(P0, ['a']);
    await consumer.deliver(P0);
    await consumer.rebalance([P0], OVER);
    await consumer.deliver(P0);
    await end('0:0');
    await clock.advance(1_000);
    assert.equal(consumer.committed(P0), null, 'the delivery of this epoch is not done');
    assert.deepEqual(begun, ['0:0', '0:0'], 'it began when the older one had ended');
    await end('0:0');
    await clock.advance(1_000);
    assert.equal(consumer.committed(P0), 1n);
  });

  it('treats partitions that come without notice as a rebalance', async () => {
    const { runner, consumer, clock, end } = await scene();
    consumer.append(P0, ['a', 'a']);
    await consumer.deliver(P0);
    consumer.assign([P0]);
    assert.equal(runner.stats().dropped, 1);
    await end('0:0');
    await clock.advance(1_000);
    assert.equal(consumer.committed(P0), null);
  });

  it('goes on after commits that failed', async () => {
    const { runner, consumer, clock, end } = await scene();
    consumer.append(P0, ['a']);
    await consumer.deliver(P0);
    await end('0:0');
    consumer.onCommit = () => Promise.reject(AWAY);
    await clock.advance(3_000);
    assert.equal(consumer.committed(P0), null);
    consumer.onCommit = () => Promise.resolve();
    await clock.advance(1_000);
    assert.equal(consumer.committed(P0), 1n);
    const { commits, commitFailures } = runner.stats();
    assert.deepEqual({ commits, commitFailures }, { commits: 1, commitFailures: 3 });
  });

  it('gives partitions up although their offsets can not be committed', async () => {
    const { consumer, end } = await scene();
    consumer.append(P0, ['a']);
    await consumer.deliver(P0);
    await end('0:0');
    consumer.onCommit = () => Promise.reject(AWAY);
    await consumer.rebalance([P0]);
    consumer.onCommit = () => Promise.resolve();
    await consumer.deliver(P0);
    await end('0:0');
  });

  it('tries a message again when what it needs was away, and holds back its key', async () => {
    const { runner, consumer, clock, begun, end, fatal } = await scene();
    consumer.append(P0, ['a', 'a', 'b']);
    await consumer.deliver(P0);
    await end('0:0', AWAY);
    await clock.advance(10_000);
    assert.deepEqual(begun, ['0:0', '0:2', '0:0']);
    await end('0:0');
    assert.deepEqual(begun, ['0:0', '0:2', '0:0', '0:1']);
    assert.equal(runner.stats().retries, 1);
    assert.deepEqual(fatal, []);
  });

  it('lets many messages wait for a try without alarming Node about their number', async (t) => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): number => warnings.push(warning);
    process.on('warning', onWarning);
    t.after(() => process.off('warning', onWarning));
    const { consumer, end } = await scene({ maxInFlight: 20 });
    consumer.append(
      P0,
      Array.from({ length: 20 }, () => null),
    );
    await consumer.deliver(P0);
    for (let offset = 0; offset < 20; offset += 1) await end(`0:${String(offset)}`, AWAY);
    assert.deepEqual(warnings, []);
  });

  it('does not try a message again that is delivered elsewhere by now', async () => {
    const { consumer, clock, begun, end } = await scene();
    consumer.append(P0, ['a']);
    await consumer.deliver(P0);
    await end('0:0', AWAY);
    await consumer.rebalance([P1]);
    await clock.advance(60_000);
    assert.deepEqual(begun, ['0:0']);
  });

  it('stops when processing fails unexpectedly: nothing more starts, nothing is skipped', async () => {
    const { runner, consumer, clock, begun, fatal, end } = await scene();
    consumer.append(P0, ['a', 'b', 'b', 'c']);
    await consumer.deliver(P0);
    await end('0:1', new TypeError('undefined is not a function'));
    assert.deepEqual(
      fatal.map(({ code }) => code),
      ['CONSUMER_STOPPED'],
    );
    assert.match(String(fatal[0]), /orders\/0 at offset 1 .*undefined is not a function/);
    await end('0:0');
    await end('0:3', new TypeError('again'));
    assert.equal(fatal.length, 1);
    consumer.append(P1, ['x']);
    const delivery = consumer.deliver(P1);
    await clock.advance(5_000);
    assert.deepEqual(begun, ['0:0', '0:1', '0:3']);
    assert.equal(consumer.committed(P0), 1n);
    assert.ok((await runner.drain(1_000)) > 0);
    await delivery;
    assert.equal(consumer.committed(P0), 1n);
  });

  it('takes a position that was set back for a new beginning of the partition', async () => {
    const { consumer, clock, end } = await scene();
    consumer.append(P0, ['a', 'b', 'c']);
    await consumer.deliver(P0);
    consumer.seek(P0, 1n);
    await consumer.deliver(P0);
    await end('0:0');
    await end('0:1');
    await end('0:2');
    await clock.advance(1_000);
    assert.equal(consumer.committed(P0), null, 'messages 1 and 2 came again and are not done');
    await end('0:1');
    await end('0:2');
    await clock.advance(1_000);
    assert.equal(consumer.committed(P0), 3n);
  });

  it('drains: works off what it has, takes nothing new, commits, leaves', async () => {
    const { runner, consumer, clock, begun, end } = await scene();
    consumer.append(P0, ['a', 'a']);
    await consumer.deliver(P0);
    consumer.append(P1, ['x']);
    const drained = runner.drain(25_000);
    const delivery = consumer.deliver(P1);
    await clock.advance(2_000);
    await end('0:0');
    await end('0:1');
    assert.equal(await drained, 0);
    await delivery;
    assert.deepEqual(begun, ['0:0', '0:1']);
    assert.equal(consumer.committed(P0), 2n);
    assert.equal(consumer.committed(P1), null);
    assert.equal(consumer.stopped, true);
  });

  it('drains no longer than its deadline and tells how many messages are left', async () => {
    const { runner, consumer, clock, begun, end } = await scene();
    consumer.append(P0, ['a', 'b', 'b', 'c']);
    await consumer.deliver(P0);
    await end('0:0');
    const drained = runner.drain(5_000);
    await clock.advance(4_999);
    assert.equal(consumer.stopped, false);
    await clock.advance(1);
    assert.equal(await drained, 3);
    assert.equal(consumer.stopped, true);
    assert.equal(consumer.committed(P0), 1n);
    await end('0:1');
    assert.deepEqual(begun, ['0:0', '0:1', '0:3'], 'nothing starts after the deadline');
  });

  it('counts as left what fails while it drains, and is not alarmed by it', async () => {
    const { runner, consumer, fatal, end } = await scene();
    consumer.append(P0, ['a', 'b']);
    await consumer.deliver(P0);
    const drained = runner.drain(5_000);
    await end('0:0', new Error('stopped'));
    await end('0:1');
    assert.equal(await drained, 1);
    assert.deepEqual(fatal, []);
    assert.equal(consumer.committed(P0), null);
  });

  it('commits behind what holds nothing, but not before all of its batch was handed over', async () => {
    const { runner, consumer, clock, begun, end } = await scene({ maxInFlight: 1, maxHeld: 1 });
    await consumer.deliver(P1, 5n);
    await clock.advance(1_000);
    assert.equal(consumer.committed(P1), 5n);
    consumer.append(P0, ['a', 'b']);
    const delivery = consumer.deliver(P0, 3n);
    await end('0:0');
    await delivery;
    await clock.advance(1_000);
    assert.equal(consumer.committed(P0), 1n, 'offset 1 is open');
    await end('0:1');
    await clock.advance(1_000);
    assert.equal(consumer.committed(P0), 5n);
    consumer.append(P2, ['a', 'b']);
    const cutOff = consumer.deliver(P2, 3n);
    const drained = runner.drain(5_000);
    await end('2:0');
    assert.equal(await drained, 0);
    await cutOff;
    assert.deepEqual(begun, ['0:0', '0:1', '2:0']);
    assert.equal(consumer.committed(P2), 1n);
    const [, , ofP2] = runner.stats().partitions;
    assert.equal(ofP2?.position, 1n, 'what was not handed over is not passed over');
  });

  it('stops although the last offsets can not be committed', async () => {
    const { runner, consumer, end } = await scene();
    consumer.append(P0, ['a']);
    await consumer.deliver(P0);
    await end('0:0');
    consumer.onCommit = () => Promise.reject(AWAY);
    assert.equal(await runner.drain(5_000), 0);
    assert.equal(consumer.stopped, true);
  });

  it('leaves no timer behind', async () => {
    const { runner, consumer, clock, end } = await scene();
    consumer.append(P0, ['a']);
    await consumer.deliver(P0);
    await end('0:0');
    await runner.drain(5_000);
    assert.equal(clock.sleepers, 0);
  });
});
