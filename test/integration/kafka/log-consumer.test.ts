import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import { AssignerProtocol } from 'kafkajs';
import ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';
import { pino } from 'pino';
import type { CaptureWorkerError } from '../../../src/errors.js';
import { openKafkaClient } from '../../../src/kafka/client.js';
import type { LogConsumerOptions } from '../../../src/kafka/log-consumer.js';
import { createLogConsumer } from '../../../src/kafka/log-consumer.js';
import type { LogConsumer, LogHandler, TopicPartition } from '../../../src/ports/log.js';
import { eventually } from '../../support/eventually.js';
import { freezableNetwork } from '../../support/freezable-network.js';
import type { TestKafka } from '../../support/kafka.js';
import { openTestKafka, SILENT } from '../../support/kafka.js';

describe('the log consumer', () => {
  let kafka: TestKafka;
  before(async () => {
    kafka = await openTestKafka();
  });
  after(() => kafka.close());

  interface Reader {
    readonly consumer: LogConsumer;
    readonly fatal: CaptureWorkerError[];
    /** `partition:offset` of what was delivered, in order. */
    readonly delivered: string[];
    readonly epochs: { readonly epoch: number; readonly partitions: readonly TopicPartition[] }[];
    readonly handler: LogHandler;
  }

  function reader(
    t: TestContext,
    topics: readonly string[],
    change: Partial<LogConsumerOptions & LogHandler> = {},
  ): Reader {
    const fatal: CaptureWorkerError[] = [];
    const delivered: string[] = [];
    const epochs: Reader['epochs'] = [];
    const consumer = createLogConsumer({
      client: kafka.client,
      groupId: kafka.group(),
      topics,
      log: SILENT,
      onFatal: (error) => fatal.push(error),
      ...change,
    });
    t.after(() => consumer.stop());
    const handler: LogHandler = {
      assigned: (partitions, epoch) => epochs.push({ partitions, epoch }),
      revoking: () => Promise.resolve(),
      messages: (batch) => {
        for (const { partition, offset } of batch)
          delivered.push(`${String(partition)}:${offset.toString()}`);
        return Promise.resolve();
      },
      ...change,
    };
    return { consumer, fatal, delivered, epochs, handler };
  }

  it('gives its partitions under an epoch, then messages from the beginning, and commits only what it is told', async (t) => {
    const topic = await kafka.createTopic({ partitions: 2 });
    const groupId = kafka.group();
    await kafka.append(topic, [
      { partition: 0, value: 'a' },
      { partition: 0, value: 'b' },
      { partition: 1, value: 'c' },
    ]);
    const { consumer, delivered, epochs, handler } = reader(t, [topic], { groupId });
    await consumer.run(handler);
    await eventually('three messages', () => delivered.length === 3);
    assert.deepEqual([...delivered].sort(), ['0:0', '0:1', '1:0']);
    assert.deepEqual(epochs, [
      {
        epoch: 1,
        partitions: [
          { topic, partition: 0 },
          { topic, partition: 1 },
        ],
      },
    ]);
    assert.equal(await kafka.committed(groupId, topic, 0), null);
    await consumer.commit([{ topic, partition: 0, offset: 1n }]);
    assert.equal(await kafka.committed(groupId, topic, 0), 1n);
    assert.equal(await kafka.committed(groupId, topic, 1), null);
    await consumer.stop();
    assert.equal(await kafka.committed(groupId, topic, 0), 1n, 'stopping commits nothing by itself');
  });

  it('begins where the group has committed', async (t) => {
    const topic = await kafka.createTopic();
    const groupId = kafka.group();
    await kafka.append(
      topic,
      ['a', 'b', 'c'].map((value) => ({ value })),
    );
    await kafka.commit(groupId, topic, 2n);
    const { consumer, delivered, handler } = reader(t, [topic], { groupId });
    await consumer.run(handler);
    await eventually('a message', () => delivered.length > 0);
    assert.deepEqual(delivered, ['0:2']);
  });

  it('refuses to commit for partitions that are not its own', async (t) => {
    const topic = await kafka.createTopic();
    const groupId = kafka.group();
    await kafka.append(topic, [{ value: 'a' }]);
    const { consumer, delivered, handler } = reader(t, [topic], { groupId });
    await assert.rejects(consumer.commit([{ topic, partition: 0, offset: 1n }]), { code: 'LOG_UNAVAILABLE' });
    await consumer.run(handler);
    await eventually('a message', () => delivered.length > 0);
    await assert.rejects(consumer.commit([{ topic, partition: 7, offset: 1n }]), {
      code: 'LOG_UNAVAILABLE',
      message: /isn't assigned/,
    });
    await consumer.stop();
    await assert.rejects(consumer.commit([{ topic, partition: 0, offset: 1n }]), { code: 'LOG_UNAVAILABLE' });
    assert.equal(await kafka.committed(groupId, topic), null);
  });

  it('says which topics are missing', async (t) => {
    const { consumer, handler } = reader(t, ['no-such-topic']);
    await assert.rejects(consumer.run(handler), { code: 'TOPIC_MISSING', message: /no-such-topic/ });
  });

  it('can commit when a rebalance begins, and begins a new epoch after it', async (t) => {
    const topic = await kafka.createTopic({ partitions: 2 });
    const groupId = kafka.group();
    await kafka.append(topic, [
      { partition: 0, value: 'a' },
      { partition: 1, value: 'b' },
    ]);
    const outcomes: string[] = [];
    const first: Reader = reader(t, [topic], {
      groupId,
      sessionTimeoutMs: 6_000,
      revoking: async () => {
        await first.consumer
          .commit([
            { topic, partition: 0, offset: 1n },
            { topic, partition: 1, offset: 1n },
          ])
          .then(
            () => outcomes.push('committed'),
            (error: unknown) => outcomes.push(String(error)),
          );
      },
    });
    await first.consumer.run(first.handler);
    await eventually('two messages', () => first.delivered.length === 2);
    const second = reader(t, [topic], { groupId });
    await second.consumer.run(second.handler);
    await eventually('a second epoch', () => first.epochs.length === 2);
    assert.deepEqual(outcomes, ['committed']);
    assert.equal(await kafka.committed(groupId, topic, 0), 1n);
    const [now] = first.epochs.slice(-1);
    assert.equal(now?.epoch, 2);
    assert.equal(now.partitions.length, 1);
    await kafka.append(topic, [
      { partition: 0, value: 'c' },
      { partition: 1, value: 'd' },
    ]);
    await eventually('both get what is new', () => first.delivered.length + second.delivered.length === 4);
    assert.equal(second.delivered.length, 1, 'what was committed does not come again');
  });

  it('delivers nothing of aborted transactions, however they overlap and whatever keys they have', async (t) => {
    const topic = await kafka.createTopic();
    const [one, two, three] = [
      await kafka.transactional(),
      await kafka.transactional(),
      await kafka.transactional(),
    ];
    // As the key of an abort marker is.
    const key = Buffer.alloc(4);
    const message = (value: string): { value: string; key: Buffer; partition: number } => ({
      value,
      key,
      partition: 0,
    });
    const outer = await one.transaction();
    await outer.send({ topic, messages: [message('outer 1'), message('outer 2')] });
    const inner = await two.transaction();
    await inner.send({ topic, messages: [message('inner')] });
    const kept = await three.transaction();
    await kept.send({ topic, messages: [message('kept 1')] });
    await inner.abort();
    await outer.send({ topic, messages: [message('outer 3')] });
    const again = await two.transaction();
    await again.send({ topic, messages: [message('again 1')] });
    await outer.abort();
    await kept.send({ topic, messages: [message('kept 2')] });
    await again.send({ topic, messages: [message('again 2')] });
    await kept.commit();
    await again.abort();
    await kafka.append(topic, [{ value: 'plain', key }]);
    const values: string[] = [];
    const { consumer, handler } = reader(t, [topic], {
      messages: (batch) => {
        for (const { value } of batch) values.push(Buffer.from(value ?? []).toString());
        return Promise.resolve();
      },
    });
    await consumer.run(handler);
    await eventually('the last message', () => values.includes('plain'));
    assert.deepEqual(values, ['kept 1', 'kept 2', 'plain']);
  });

  it('goes on from the earliest message where its position is gone, and says so loudly', async (t) => {
    const topic = await kafka.createTopic();
    const groupId = kafka.group();
    await kafka.append(
      topic,
      Array.from({ length: 10 }, (_, index) => ({ value: String(index) })),
    );
    await kafka.commit(groupId, topic, 2n);
    // Makes the admin learn who leads the partition, which it needs for what follows and doesn't ask.
    await kafka.admin.fetchTopicOffsets(topic);
    await kafka.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '6' }] });
    const lines: { level: number; msg: string }[] = [];
    const log = pino(
      { level: 'error' },
      { write: (line) => lines.push(JSON.parse(line) as (typeof lines)[0]) },
    );
    const { consumer, delivered, handler } = reader(t, [topic], { groupId, log });
    await consumer.run(handler);
    await eventually('four messages', () => delivered.length === 4);
    assert.deepEqual(delivered, ['0:6', '0:7', '0:8', '0:9']);
    assert.match(lines.map(({ msg }) => msg).join(), /messages were deleted before they were read/);
  });

  it('keeps its membership while a batch waits for room, as long as it sends heartbeats', async (t) => {
    const topic = await kafka.createTopic();
    await kafka.append(topic, [{ value: 'a' }]);
    const begun = performance.now();
    const { consumer, epochs, fatal, handler } = reader(t, [topic], {
      sessionTimeoutMs: 6_000,
      messages: async (_batch, _epoch, heartbeat) => {
        while (performance.now() - begun < 7_500) {
          await new Promise((resolve) => setTimeout(resolve, 500));
          await heartbeat();
        }
      },
    });
    await consumer.run(handler);
    await eventually('the wait is over', () => performance.now() - begun > 8_000);
    assert.equal(epochs.length, 1);
    assert.deepEqual(fatal, []);
  });

  it('tells that it stopped for good when the group will not have it', async (t) => {
    const topic = await kafka.createTopic();
    const groupId = kafka.group();
    const stranger = openKafkaClient(kafka.client, SILENT).kafka.consumer({
      groupId,
      maxWaitTimeInMs: 50,
      partitionAssigners: [
        () => ({
          name: 'another-way',
          version: 1,
          assign: ({ members }) =>
            Promise.resolve(
              members.map(({ memberId }) => ({
                memberId,
                memberAssignment: AssignerProtocol.MemberAssignment.encode({
                  version: 1,
                  assignment: { [topic]: [0] },
                  userData: Buffer.alloc(0),
                }),
              })),
            ),
          protocol: ({ topics }) => ({
            name: 'another-way',
            metadata: AssignerProtocol.MemberMetadata.encode({
              version: 1,
              topics,
              userData: Buffer.alloc(0),
            }),
          }),
        }),
      ],
    });
    t.after(() => stranger.disconnect());
    await stranger.connect();
    await stranger.subscribe({ topics: [topic] });
    await stranger.run({ eachBatch: () => Promise.resolve() });
    const { consumer, fatal, handler } = reader(t, [topic], { groupId });
    await consumer.run(handler);
    await eventually('word of the end', () => fatal.length > 0);
    assert.deepEqual(
      fatal.map(({ code }) => code),
      ['CONSUMER_STOPPED'],
    );
  });

  it('begins anew by itself when kafkajs gives up although the cause can pass', async (t) => {
    const topic = await kafka.createTopic();
    await kafka.append(topic, [{ value: 'a' }]);
    const noCoordinator = Object.assign(new Error('no coordinator found'), {
      name: 'KafkaJSGroupCoordinatorNotFound',
      retriable: false,
    });
    const join = t.mock.method(ConsumerGroup.prototype, 'joinAndSync', () => Promise.reject(noCoordinator), {
      times: 1,
    });
    const { consumer, fatal, delivered, handler } = reader(t, [topic]);
    await consumer.run(handler);
    await eventually('a message', () => delivered.length > 0);
    assert.equal(join.mock.callCount(), 1, 'it was refused once');
    assert.deepEqual(fatal, []);
  });

  it('joins its group again, however often that fails, when it was put out of it', async (t) => {
    const topic = await kafka.createTopic();
    const { consumer, fatal, delivered, epochs, handler } = reader(t, [topic], { sessionTimeoutMs: 6_000 });
    await consumer.run(handler);
    const refusal = (type: string, retriable: boolean): Error =>
      Object.assign(new Error(type), { type, retriable });
    const putOut = t.mock.method(
      ConsumerGroup.prototype,
      'heartbeat',
      () => Promise.reject(refusal('UNKNOWN_MEMBER_ID', false)),
      { times: 1 },
    );
    const join = t.mock.method(
      ConsumerGroup.prototype,
      'joinAndSync',
      () => Promise.reject(refusal('GROUP_LOAD_IN_PROGRESS', true)),
      { times: 1 },
    );
    await eventually('a second membership', () => epochs.length === 2, 20_000);
    assert.deepEqual([putOut.mock.callCount(), join.mock.callCount()], [1, 1]);
    await kafka.append(topic, [{ value: 'a' }]);
    await eventually('a message', () => delivered.length === 1);
    await consumer.commit([{ topic, partition: 0, offset: 1n }]);
    assert.deepEqual(fatal, []);
  });

  it('finds another way when the connection has died silently', async (t) => {
    const topic = await kafka.createTopic();
    const network = await freezableNetwork(kafka.client.brokers[0] ?? '');
    t.after(() => {
      network.close();
    });
    const client = { ...kafka.client, sockets: network.sockets, requestTimeoutMs: 1_500 };
    const { consumer, delivered, handler } = reader(t, [topic], { client });
    await consumer.run(handler);
    await kafka.append(topic, [{ value: 'a' }]);
    await eventually('the first message', () => delivered.length === 1);
    network.freezeConnections();
    await kafka.append(topic, [{ value: 'b' }]);
    await eventually('the second message', () => delivered.includes('0:1'), 12_000);
  });

  it('stops within its deadline although the broker is gone', async (t) => {
    const topic = await kafka.createTopic();
    const network = await freezableNetwork(kafka.client.brokers[0] ?? '');
    t.after(() => {
      network.close();
    });
    const { consumer, handler } = reader(t, [topic], {
      client: { ...kafka.client, sockets: network.sockets },
      stopDeadlineMs: 500,
    });
    await consumer.run(handler);
    network.freezeAll();
    const begun = performance.now();
    await consumer.stop();
    assert.ok(performance.now() - begun < 1_500);
  });

  it('stops right after it was started', async (t) => {
    const topic = await kafka.createTopic();
    const { consumer, handler } = reader(t, [topic], { stopDeadlineMs: 5_000 });
    const running = assert.rejects(consumer.run(handler), { code: 'CONSUMER_STOPPED' });
    await consumer.stop();
    await running;
  });
});
