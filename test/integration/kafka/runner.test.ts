import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { createLagReader } from '../../../src/kafka/lag.js';
import { createLogConsumer } from '../../../src/kafka/log-consumer.js';
import type { Runner, RunnerOptions } from '../../../src/kafka/runner.js';
import { createRunner } from '../../../src/kafka/runner.js';
import type { Commit, LogConsumer, LogMessage } from '../../../src/ports/log.js';
import { systemClock } from '../../../src/system-clock.js';
import { eventually } from '../../support/eventually.js';
import type { TestKafka } from '../../support/kafka.js';
import { openTestKafka, SILENT } from '../../support/kafka.js';

describe('runners on Kafka', () => {
  let kafka: TestKafka;
  before(async () => {
    kafka = await openTestKafka();
  });
  after(() => kafka.close());

  /** What a whole group does with a topic, and what it says that it has done. */
  interface Group {
    readonly topic: string;
    readonly groupId: string;
    /** `partition:offset` of every completion, in order. */
    readonly completions: string[];
    /** Commits that claimed more than was done when they were made. */
    readonly overclaims: Commit[];
    readonly fatal: Error[];
    start(t: TestContext, change?: Partial<RunnerOptions>): Promise<Runner>;
  }

  async function group(partitions: number): Promise<Group> {
    const made: Group = {
      topic: await kafka.createTopic({ partitions }),
      groupId: kafka.group(),
      completions: [],
      overclaims: [],
      fatal: [],
      start: async (t, change = {}) => {
        const onFatal = (error: Error): void => {
          made.fatal.push(error);
        };
        const consumer = createLogConsumer({
          client: kafka.client,
          groupId: made.groupId,
          topics: [made.topic],
          log: SILENT,
          sessionTimeoutMs: 6_000,
          onFatal,
        });
        const runner = createRunner({
          consumer: watched(consumer, made),
          onFatal,
          process: async (message) => {
            await systemClock.sleep(Math.random() * 20);
            made.completions.push(placeOf(message));
          },
          clock: systemClock,
          random: Math.random,
          log: SILENT,
          maxInFlight: 20,
          commitEveryMs: 50,
          ...change,
        });
        t.after(() => runner.drain(0));
        await runner.start();
        return runner;
      },
    };
    return made;
  }

  function placeOf({ partition, offset }: Pick<LogMessage, 'partition' | 'offset'>): string {
    return `${String(partition)}:${offset.toString()}`;
  }

  /** Compares each commit with what was done at that moment. */
  function watched(consumer: LogConsumer, { completions, overclaims }: Group): LogConsumer {
    const judge = (offsets: readonly Commit[]): void => {
      const done = new Set(completions);
      for (const commit of offsets) {
        for (let offset = 0n; offset < commit.offset; offset += 1n) {
          if (!done.has(placeOf({ ...commit, offset }))) overclaims.push(commit);
        }
      }
    };
    return {
      ...consumer,
      commit: (offsets) => {
        judge(offsets);
        return consumer.commit(offsets);
      },
    };
  }

  async function append(topic: string, partitions: number, perPartition: number): Promise<void> {
    const messages = Array.from({ length: partitions * perPartition }, (_, index) => ({
      partition: index % partitions,
      key: `key-${String(index % (partitions * 5))}`,
      value: String(index),
    }));
    await kafka.append(topic, messages);
  }

  async function allCommitted(made: Group, partitions: number, perPartition: number): Promise<boolean> {
    const [topic] = await kafka.admin.fetchOffsets({ groupId: made.groupId, topics: [made.topic] });
    const done = topic?.partitions.filter(({ offset }) => Number(offset) === perPartition) ?? [];
    return done.length === partitions;
  }

  it('lose nothing and commit nothing undone while members come and go, and keep the order of each key', async (t) => {
    const [partitions, perPartition] = [6, 150];
    const made = await group(partitions);
    await append(made.topic, partitions, perPartition);
    const first = await made.start(t);
    await eventually('some are done', () => made.completions.length > 100);
    await made.start(t);
    await eventually('more are done', () => made.completions.length > 300);
    const third = await made.start(t);
    await eventually('still more are done', () => made.completions.length > 500);
    assert.equal(await first.drain(10_000), 0);
    await eventually('all is committed', () => allCommitted(made, partitions, perPartition));
    await third.drain(10_000);
    assert.equal(new Set(made.completions).size, partitions * perPartition);
    assert.deepEqual(made.overclaims, []);
    assert.deepEqual(made.fatal, []);
    assertOrderPerKey(made.completions, partitions);
  });

  /** First completions of a key come in the order of its messages. */
  function assertOrderPerKey(completions: readonly string[], partitions: number): void {
    const last = new Map<string, bigint>();
    for (const place of new Set(completions)) {
      const [partition = '', offset = ''] = place.split(':');
      const index = Number(offset) * partitions + Number(partition);
      const key = `${partition} ${String(index % (partitions * 5))}`;
      assert.ok(BigInt(offset) > (last.get(key) ?? -1n), `${place} came before an earlier one of its key`);
      last.set(key, BigInt(offset));
    }
  }

  it('deliver nothing twice when one stops cleanly and another takes over', async (t) => {
    const [partitions, perPartition] = [3, 100];
    const made = await group(partitions);
    await append(made.topic, partitions, perPartition);
    const first = await made.start(t);
    await eventually('it is in the middle of it', () => made.completions.length > 60);
    assert.ok(first.stats().inFlight > 0);
    assert.equal(await first.drain(10_000), 0);
    assert.ok(made.completions.length < partitions * perPartition, 'it stopped before the end');
    await made.start(t);
    await eventually('all is committed', () => allCommitted(made, partitions, perPartition));
    assert.equal(made.completions.length, partitions * perPartition);
    assert.equal(new Set(made.completions).size, partitions * perPartition);
  });

  it('deliver again what was cut off by a deadline', async (t) => {
    const made = await group(1);
    await append(made.topic, 1, 3);
    const stuck = await made.start(t, {
      process: async (message) => {
        if (message.offset === 1n) await new Promise(() => undefined);
        made.completions.push(placeOf(message));
      },
    });
    await eventually('the others are done', () => made.completions.length === 2);
    assert.equal(await stuck.drain(100), 1);
    assert.equal(await kafka.committed(made.groupId, made.topic), 1n);
    await made.start(t);
    await eventually('all is committed', () => allCommitted(made, 1, 3));
    assert.deepEqual([...made.completions].sort(), ['0:0', '0:1', '0:2', '0:2']);
  });

  it('commit past gaps that transactions leave, also behind the last message: nothing is left to do then', async (t) => {
    const made = await group(1);
    await kafka.appendInTransactions(made.topic, [['a', 'b'], ['c']]);
    const writer = await kafka.transactional();
    const aborted = await writer.transaction();
    await aborted.send({ topic: made.topic, messages: [{ value: 'd', partition: 0 }] });
    await aborted.abort();
    const first = await made.start(t);
    await eventually('three are done', () => made.completions.length === 3);
    assert.deepEqual(
      [...made.completions].sort(),
      ['0:0', '0:1', '0:3'],
      'the marker of a transaction has an offset too',
    );
    const lag = createLagReader({ client: kafka.client, log: SILENT });
    t.after(() => lag.close());
    await eventually('no lag', async () => (await lag.read(made.groupId, [made.topic]))[0]?.lag === 0n);
    assert.equal(await kafka.committed(made.groupId, made.topic), 7n);
    const later = await writer.transaction();
    await later.send({ topic: made.topic, messages: [{ value: 'e', partition: 0 }] });
    await later.abort();
    await eventually(
      'what comes later and holds nothing is committed, too',
      async () => (await kafka.committed(made.groupId, made.topic)) === 9n,
    );
    await first.drain(5_000);
    const last = await writer.transaction();
    await last.send({ topic: made.topic, messages: [{ value: 'f', partition: 0 }] });
    await last.abort();
    await made.start(t);
    await eventually(
      'and also by a member that was given no message',
      async () => (await kafka.committed(made.groupId, made.topic)) === 11n,
    );
    assert.equal(made.completions.length, 3);
  });

  it('take no more than fits while processing stands still, and stay in the group', async (t) => {
    const made = await group(2);
    await append(made.topic, 2, 100);
    let open: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const runner = await made.start(t, {
      maxInFlight: 5,
      maxHeld: 20,
      process: async (message) => {
        await gate;
        made.completions.push(placeOf(message));
      },
    });
    const begun = performance.now();
    await eventually('longer than a session', () => performance.now() - begun > 7_500);
    const { inFlight, queued } = runner.stats();
    assert.deepEqual({ inFlight, held: inFlight + queued }, { inFlight: 5, held: 20 });
    open?.();
    await eventually('all is committed', () => allCommitted(made, 2, 100));
    assert.equal(made.completions.length, 200, 'nothing came twice');
  });
});
