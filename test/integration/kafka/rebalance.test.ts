import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { createLogConsumer } from '../../../src/kafka/log-consumer.js';
import type { Runner, RunnerOptions } from '../../../src/kafka/runner.js';
import { createRunner } from '../../../src/kafka/runner.js';
import type { LogMessage } from '../../../src/ports/log.js';
import { systemClock } from '../../../src/system-clock.js';
import { eventually } from '../../support/eventually.js';
import type { TestKafka } from '../../support/kafka.js';
import { openTestKafka, SILENT } from '../../support/kafka.js';

const SESSION_TIMEOUT_MS = 6_000;

describe('a rebalance of runners on Kafka', () => {
  let kafka: TestKafka;
  before(async () => {
    kafka = await openTestKafka();
  });
  after(() => kafka.close());

  interface Group {
    readonly topic: string;
    readonly groupId: string;
    /** `partition:offset` each time that a message's processing began, in any member. */
    readonly begun: string[];
    readonly ended: string[];
    start(t: TestContext, change?: Partial<RunnerOptions>): Promise<Member>;
  }

  interface Member {
    readonly runner: Runner;
    /** What it was given, time after time: how many partitions. */
    readonly shares: readonly number[];
    /** How often it was told that a rebalance begins. */
    readonly revocations: () => number;
  }

  /** A group whose members take `processMs` for a message, or for ever. */
  async function group(partitions: number, processMs: (message: LogMessage) => number): Promise<Group> {
    const made: Group = {
      topic: await kafka.createTopic({ partitions }),
      groupId: kafka.group(),
      begun: [],
      ended: [],
      start: async (t, change = {}) => {
        const shares: number[] = [];
        let revocations = 0;
        const onFatal = (error: Error): void => {
          assert.fail(error);
        };
        const consumer = createLogConsumer({
          client: kafka.client,
          groupId: made.groupId,
          topics: [made.topic],
          log: SILENT,
          sessionTimeoutMs: SESSION_TIMEOUT_MS,
          onFatal,
        });
        const runner = createRunner({
          consumer: {
            ...consumer,
            run: (handler) =>
              consumer.run({
                ...handler,
                assigned: (given, epoch) => {
                  shares.push(given.length);
                  handler.assigned(given, epoch);
                },
                revoking: (over) => {
                  revocations += 1;
                  return handler.revoking(over);
                },
              }),
          },
          process: async (message) => {
            const place = `${String(message.partition)}:${message.offset.toString()}`;
            made.begun.push(place);
            const ms = processMs(message);
            await (ms === Infinity ? new Promise(() => undefined) : systemClock.sleep(ms));
            made.ended.push(place);
          },
          onFatal,
          clock: systemClock,
          random: Math.random,
          log: SILENT,
          maxInFlight: 20,
          ...change,
        });
        t.after(() => runner.drain(0));
        await runner.start();
        return { runner, shares, revocations: () => revocations };
      },
    };
    return made;
  }

  async function append({ topic }: Group, partitions: number, perPartition: number): Promise<void> {
    const messages = Array.from({ length: partitions * perPartition }, (_, index) => ({
      partition: index % partitions,
      key: String(index),
      value: String(index),
    }));
    await kafka.append(topic, messages);
  }

  it('delivers nothing again that was begun, when members join and leave under load', async (t) => {
    const [partitions, perPartition] = [6, 200];
    const made = await group(partitions, () => 200 + Math.random() * 300);
    await append(made, partitions, perPartition);
    const first = await made.start(t);
    await eventually('it is at work', () => made.ended.length > 50);
    const second = await made.start(t);
    await eventually('two share the work', () => second.runner.stats().completed > 20);
    assert.deepEqual([first.shares.length, second.shares.length], [2, 1]);
    const third = await made.start(t);
    await eventually('three share the work', () => third.runner.stats().completed > 20);
    assert.deepEqual([first.shares.length, second.shares.length, third.shares.length], [3, 2, 1]);
    assert.equal(await first.runner.drain(10_000), 0);
    await eventually('two share all of it', () => third.shares.length === 2);
    assert.ok(made.ended.length < partitions * perPartition, 'all of this happened under load');
    await eventually('all is done', () => made.ended.length >= partitions * perPartition);
    await Promise.all([second.runner.drain(10_000), third.runner.drain(10_000)]);
    assert.equal(new Set(made.ended).size, partitions * perPartition);
    assert.equal(made.begun.length, partitions * perPartition, 'each began once');
    const abandoned = [first, second, third].map(({ runner }) => runner.stats().abandoned);
    assert.deepEqual(abandoned, [0, 0, 0]);
  });

  it('waits for a call that takes longer than a session, and nobody is put out of the group', async (t) => {
    const takes = SESSION_TIMEOUT_MS + 2_500;
    const made = await group(2, () => takes);
    await append(made, 2, 1);
    const first = await made.start(t, { settleMs: 15_000 });
    await eventually('both are under way', () => made.begun.length === 2);
    const second = await made.start(t);
    assert.equal(made.ended.length, 2, 'it joined when both had ended');
    await eventually('both have a part', () => first.shares.length === 2);
    assert.deepEqual([first.shares, second.shares], [[2, 1], [1]]);
    await kafka.append(made.topic, [
      { partition: 0, value: 'next' },
      { partition: 1, value: 'next' },
    ]);
    await eventually('what comes next begins', () => made.begun.length >= 4);
    assert.deepEqual([...made.begun].sort(), ['0:0', '0:1', '1:0', '1:1']);
  });

  it('waits no longer than it may for calls that do not end', async (t) => {
    const made = await group(2, () => Infinity);
    await append(made, 2, 1);
    await made.start(t, { settleMs: 500 });
    await eventually('both are under way', () => made.begun.length === 2);
    const started = performance.now();
    await made.start(t);
    assert.ok(performance.now() - started < 15_000, 'the group would go on without it after 30 s');
    // The other stays where it was, behind itself in its lane: one of a key at a time.
    await eventually('the one that moved begins again', () => made.begun.length === 3);
    assert.deepEqual([...new Set(made.begun)].sort(), ['0:0', '1:0']);
  });

  it('lets a member leave at once that is stopped while it waits', async (t) => {
    const made = await group(2, ({ partition }) => (partition === 0 ? Infinity : 100));
    await append(made, 2, 1);
    const stuck = await made.start(t, { settleMs: 25_000 });
    await eventually(
      'one is done and one under way',
      () => made.ended.length === 1 && made.begun.length === 2,
    );
    const joining = made.start(t);
    await eventually('it waits', () => stuck.revocations() === 1);
    const started = performance.now();
    assert.equal(await stuck.runner.drain(100), 1);
    const { shares } = await joining;
    assert.ok(performance.now() - started < SESSION_TIMEOUT_MS, 'neither a session nor the wait ran out');
    assert.deepEqual(shares, [2]);
    assert.deepEqual(stuck.shares, [2], 'it did not join again');
    assert.equal(await kafka.committed(made.groupId, made.topic, 1), 1n);
  });
});
