import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { LagReader, LagReaderOptions } from '../../../src/kafka/lag.js';
import { createLagReader } from '../../../src/kafka/lag.js';
import { freezableNetwork } from '../../support/freezable-network.js';
import type { TestKafka } from '../../support/kafka.js';
import { openTestKafka, SILENT } from '../../support/kafka.js';

describe('the lag of a group', () => {
  let kafka: TestKafka;
  before(async () => {
    kafka = await openTestKafka();
  });
  after(() => kafka.close());

  function reader(t: TestContext, change: Partial<LagReaderOptions> = {}): LagReader {
    const made = createLagReader({ client: kafka.client, log: SILENT, ...change });
    t.after(() => made.close());
    return made;
  }

  it('is what lies between its commit and the end, for each partition of each topic', async (t) => {
    const [one, two] = [await kafka.createTopic({ partitions: 2 }), await kafka.createTopic()];
    const group = kafka.group();
    await kafka.append(one, [
      ...Array.from({ length: 5 }, () => ({ partition: 0, value: 'x' })),
      { partition: 1, value: 'x' },
    ]);
    await kafka.commit(group, one, 3n);
    const rows = await reader(t).read(group, [one, two]);
    assert.deepEqual(rows, [
      { group, topic: one, partition: 0, start: 0n, end: 5n, committed: 3n, lag: 2n },
      { group, topic: one, partition: 1, start: 0n, end: 1n, committed: null, lag: 1n },
      { group, topic: two, partition: 0, start: 0n, end: 0n, committed: null, lag: 0n },
    ]);
  });

  it('counts from the earliest message for a group that never committed, or whose place was deleted', async (t) => {
    const topic = await kafka.createTopic();
    const [fresh, late] = [kafka.group(), kafka.group()];
    await kafka.append(
      topic,
      Array.from({ length: 10 }, () => ({ value: 'x' })),
    );
    await kafka.commit(late, topic, 2n);
    await kafka.admin.fetchTopicOffsets(topic);
    await kafka.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '6' }] });
    const reading = reader(t);
    const [[ofFresh], [ofLate]] = [await reading.read(fresh, [topic]), await reading.read(late, [topic])];
    assert.deepEqual([ofFresh?.committed, ofFresh?.start, ofFresh?.lag], [null, 6n, 4n]);
    assert.deepEqual([ofLate?.committed, ofLate?.start, ofLate?.lag], [2n, 6n, 4n]);
  });

  it('says which topic is missing, and can be read again', async (t) => {
    const topic = await kafka.createTopic();
    const reading = reader(t, { deadlineMs: 3_000 });
    await assert.rejects(reading.read(kafka.group(), ['no-such-topic']), {
      code: 'TOPIC_MISSING',
      message: /in no-such-topic: there is no such topic/,
    });
    assert.equal((await reading.read(kafka.group(), [topic])).length, 1);
  });

  it('is refused within the deadline while no broker answers, and comes back', async (t) => {
    const topic = await kafka.createTopic();
    const network = await freezableNetwork(kafka.client.brokers[0] ?? '');
    t.after(() => {
      network.close();
    });
    const reading = reader(t, { client: { ...kafka.client, sockets: network.sockets }, deadlineMs: 3_000 });
    await reading.read(kafka.group(), [topic]);
    network.freezeAll();
    const begun = performance.now();
    await assert.rejects(reading.read(kafka.group(), [topic]), { code: 'LOG_UNAVAILABLE' });
    assert.ok(performance.now() - begun < 6_000);
    network.thaw();
    assert.equal((await reading.read(kafka.group(), [topic])).length, 1);
  });
});
