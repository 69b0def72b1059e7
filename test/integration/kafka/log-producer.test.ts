import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import type { ClosableLogProducer, LogProducerOptions } from '../../../src/kafka/log-producer.js';
import { createLogProducer } from '../../../src/kafka/log-producer.js';
import type { Sockets } from '../../../src/kafka/sockets.js';
import { createSockets, openSocket } from '../../../src/kafka/sockets.js';
import type { LogRecord } from '../../../src/ports/log.js';
import { freezableNetwork } from '../../support/freezable-network.js';
import type { TestKafka } from '../../support/kafka.js';
import { openTestKafka, SILENT } from '../../support/kafka.js';

describe('the log producer', () => {
  let kafka: TestKafka;
  before(async () => {
    kafka = await openTestKafka();
  });
  after(() => kafka.close());

  function producer(t: TestContext, change: Partial<LogProducerOptions> = {}): ClosableLogProducer {
    const made = createLogProducer({ client: kafka.client, log: SILENT, ...change });
    t.after(() => made.close());
    return made;
  }

  function record(topic: string, value: string | Buffer, key: string | null = null): LogRecord {
    return { topic, key: key === null ? null : Buffer.from(key), value: Buffer.from(value), headers: [] };
  }

  it('appends to several topics at once, and what it appends can be read by then', async (t) => {
    const [one, two] = [await kafka.createTopic(), await kafka.createTopic()];
    await producer(t).append([record(one, 'a'), record(two, 'b'), record(one, 'c')]);
    assert.deepEqual(
      (await kafka.read(one)).map(({ value }) => String(value)),
      ['a', 'c'],
    );
    assert.deepEqual(
      (await kafka.read(two)).map(({ value }) => String(value)),
      ['b'],
    );
  });

  it('keeps bytes, absences and headers', async (t) => {
    const topic = await kafka.createTopic();
    const odd = Buffer.from([0, 255, 0, 1]);
    const records: LogRecord[] = [
      {
        topic,
        key: odd,
        value: odd,
        headers: [
          ['x', odd],
          ['y', Buffer.alloc(0)],
          ['x', Buffer.from('again')],
          ['__proto__', Buffer.from('1')],
          ['constructor', Buffer.from('2')],
        ],
      },
      { topic, key: null, value: null, headers: [] },
      { topic, key: Buffer.alloc(0), value: Buffer.alloc(0), headers: [] },
    ];
    await producer(t).append(records);
    const [first, second, third] = await kafka.read(topic);
    assert.ok(first && second && third);
    assert.deepEqual([first.key, first.value], [odd, odd]);
    assert.deepEqual(first.headers, [
      ['x', odd],
      ['x', Buffer.from('again')],
      ['y', Buffer.alloc(0)],
      ['__proto__', Buffer.from('1')],
      ['constructor', Buffer.from('2')],
    ]);
    assert.deepEqual([second.key, second.value], [null, null]);
    assert.deepEqual([third.key, third.value], [Buffer.alloc(0), Buffer.alloc(0)]);
  });

  it('puts a key where other clients put it', async (t) => {
    const topic = await kafka.createTopic({ partitions: 12 });
    const keys = ['pay-1', 'pay-2', 'zahlung-ü', 'x'];
    await producer(t).append(keys.map((key) => record(topic, key, key)));
    const places = new Map((await kafka.read(topic)).map(({ key, partition }) => [String(key), partition]));
    // Of these keys the Java client's murmur2 modulo 12.
    assert.deepEqual(
      Object.fromEntries(places),
      Object.fromEntries(keys.map((key) => [key, javaPartition(key, 12)])),
    );
  });

  it('appends more than the broker takes in one batch', async (t) => {
    const topic = await kafka.createTopic();
    const values = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(400_000));
    await producer(t).append(values.map((value) => record(topic, value)));
    assert.deepEqual(
      (await kafka.read(topic)).map(({ value }) => String(value)),
      values,
    );
  });

  it('rejects what the broker refuses, and goes on with the next', async (t) => {
    const topic = await kafka.createTopic({ config: { 'max.message.bytes': '1000' } });
    const appending = producer(t);
    await assert.rejects(appending.append([record(topic, 'x'.repeat(2_000))]), {
      code: 'LOG_REFUSED_DATA',
      message: new RegExp(`can't append to ${topic}: .*larg`),
    });
    await appending.append([record(topic, 'y')]);
    assert.equal((await kafka.read(topic)).length, 1);
  });

  it('tells records that break the rules of a topic from a broker that is away', async (t) => {
    const compacted = await kafka.createTopic({ config: { 'cleanup.policy': 'compact' } });
    await assert.rejects(producer(t).append([record(compacted, 'without a key')]), {
      code: 'LOG_REFUSED_DATA',
      message: /INVALID_RECORD/,
    });
  });

  it('rejects for a topic that is missing, and still appends to others', async (t) => {
    const topic = await kafka.createTopic();
    const appending = producer(t, { deadlineMs: 2_000 });
    await assert.rejects(appending.append([record('no-such-topic', 'a')]), {
      code: 'LOG_UNAVAILABLE',
      message: /no-such-topic/,
    });
    await appending.append([record(topic, 'b')]);
    assert.equal((await kafka.read(topic)).length, 1);
  });

  it('is not held up by a topic that was deleted', async (t) => {
    const [kept, deleted] = [await kafka.createTopic(), await kafka.createTopic()];
    const appending = producer(t, { deadlineMs: 2_000 });
    await appending.append([record(kept, 'a'), record(deleted, 'b')]);
    await kafka.deleteTopic(deleted);
    await assert.rejects(appending.append([record(deleted, 'c')]), { code: 'LOG_UNAVAILABLE' });
    await appending.append([record(kept, 'd')]);
    assert.equal((await kafka.read(kept)).length, 2);
  });

  it('rejects within its deadline where no broker answers, and again the next time', async (t) => {
    // A port of the discard range that nothing listens on.
    const appending = producer(t, { client: { ...kafka.client, brokers: ['127.0.0.1:9'] }, deadlineMs: 500 });
    for (let time = 0; time < 2; time += 1) {
      const begun = performance.now();
      await assert.rejects(appending.append([record('any', 'a')]), { code: 'LOG_UNAVAILABLE' });
      assert.ok(performance.now() - begun < 1_500);
    }
  });

  it('rejects within its deadline when the connection has died silently, and then finds another way', async (t) => {
    const topic = await kafka.createTopic();
    const network = await freezableNetwork(kafka.client.brokers[0] ?? '');
    t.after(() => {
      network.close();
    });
    const appending = producer(t, {
      client: { ...kafka.client, sockets: network.sockets },
      deadlineMs: 1_000,
    });
    await appending.append([record(topic, 'a')]);
    network.freezeConnections();
    const begun = performance.now();
    await assert.rejects(appending.append([record(topic, 'b')]), {
      code: 'LOG_UNAVAILABLE',
      message: /no acknowledgement within 1000 ms/,
    });
    assert.ok(performance.now() - begun < 2_000);
    await appending.append([record(topic, 'c')]);
    assert.deepEqual(
      (await kafka.read(topic)).map(({ value }) => String(value)),
      ['a', 'c'],
    );
  });

  it('tries nothing more for what it gave up', async (t) => {
    let attempts = 0;
    const sockets = (): Sockets =>
      createSockets((args) => {
        attempts += 1;
        return openSocket(args);
      });
    const appending = producer(t, {
      client: { ...kafka.client, brokers: ['127.0.0.1:9'], sockets },
      deadlineMs: 300,
    });
    await assert.rejects(appending.append([record('any', 'a')]));
    const attempted = attempts;
    assert.ok(attempted > 0);
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    assert.equal(attempts, attempted);
  });

  it('appends nothing once it is closed', async (t) => {
    const topic = await kafka.createTopic();
    const appending = producer(t);
    await appending.append([record(topic, 'a')]);
    await appending.close();
    await assert.rejects(appending.append([record(topic, 'b')]), {
      code: 'LOG_UNAVAILABLE',
      message: /closed/,
    });
  });

  it('costs nothing while it is idle', async (t) => {
    const topic = await kafka.createTopic();
    const appending = producer(t);
    await appending.append([record(topic, 'a')]);
    const looks = t.mock.method(RequestQueue.prototype, 'checkPendingRequests');
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.ok(looks.mock.callCount() < 20, `looked ${String(looks.mock.callCount())} times in a second`);
  });
});

/** Where the Java client puts a key: murmur2 with Kafka's seed, made positive, modulo the number of partitions. */
function javaPartition(key: string, partitions: number): number {
  const data = Buffer.from(key);
  const m = 0x5bd1e995;
  let h = 0x9747b28c ^ data.length;
  for (let at = 0; at + 4 <= data.length; at += 4) {
    let k = Math.imul(data.readInt32LE(at), m);
    k = Math.imul(k ^ (k >>> 24), m);
    h = Math.imul(h, m) ^ k;
  }
  const rest = data.subarray(data.length & ~3);
  for (let at = rest.length - 1; at >= 0; at -= 1) h ^= (rest[at] ?? 0) << (8 * at);
  if (rest.length > 0) h = Math.imul(h, m);
  h = Math.imul(h ^ (h >>> 13), m);
  return ((h ^ (h >>> 15)) & 0x7fffffff) % partitions;
}
