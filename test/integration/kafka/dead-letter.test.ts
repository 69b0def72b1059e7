import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createDeadLetterProducer } from '../../../producers/dead-letter.js';
import { createLogProducer } from '../../../src/kafka/log-producer.js';
import type { TestKafka } from '../../support/kafka.js';
import { openTestKafka, SILENT } from '../../support/kafka.js';

const REJECTION = {
  rejected: 'undecodable',
  field: 'value',
  problem: 'ends in the middle of a field',
  remedy: 'correct the producer',
} as const;

describe('dead letters on Kafka', () => {
  let kafka: TestKafka;
  before(async () => {
    kafka = await openTestKafka();
  });
  after(() => kafka.close());

  it('are the message byte for byte, with the reason after its headers', async (t) => {
    const [topic, deadLetters] = [await kafka.createTopic(), await kafka.createTopic()];
    const odd = Buffer.from([0, 0, 0, 0, 1, 255, 254, 0]);
    await kafka.append(topic, [
      {
        key: odd,
        value: odd,
        headers: { ce_id: 'evt-1', dlq_reason: 'from an earlier pass', many: ['1', '2'] },
      },
      { key: null, value: null },
    ]);
    const producer = createLogProducer({ client: kafka.client, log: SILENT });
    t.after(() => producer.close());
    const { put } = createDeadLetterProducer({ producer, topicOf: () => deadLetters, worker: 'worker-1' });

    const messages = await kafka.read(topic);
    await Promise.all(messages.map((message) => put(message, REJECTION)));

    const [first, second] = await kafka.read(deadLetters);
    assert.ok(first && second);
    assert.deepEqual([first.key, first.value], [odd, odd]);
    const own = first.headers.map(([name, value]) => `${name}=${String(value)}`);
    assert.deepEqual(own, [
      'ce_id=evt-1',
      'dlq_reason=from an earlier pass',
      'dlq_reason=undecodable',
      'many=1',
      'many=2',
      'dlq_field=value',
      'dlq_problem=ends in the middle of a field',
      'dlq_remedy=correct the producer',
      `dlq_topic=${topic}`,
      'dlq_partition=0',
      'dlq_offset=0',
      `dlq_timestamp=${messages[0]?.timestamp.toISOString() ?? ''}`,
      'dlq_worker=worker-1',
    ]);
    assert.deepEqual([second.key, second.value], [null, null]);
  });

  it('find room where the message leaves none', async (t) => {
    const [topic, deadLetters] = [await kafka.createTopic(), await kafka.createTopic()];
    const largest = Buffer.alloc(1_048_500, 'x');
    await kafka.append(topic, [{ key: 'k', value: largest }]);
    const producer = createLogProducer({ client: kafka.client, log: SILENT });
    t.after(() => producer.close());
    const { put } = createDeadLetterProducer({ producer, topicOf: () => deadLetters, worker: 'worker-1' });
    const [message] = await kafka.read(topic);
    assert.ok(message);
    await put(message, REJECTION);
    const [letter] = await kafka.read(deadLetters);
    assert.equal(letter?.value, null);
    assert.deepEqual(letter.headers.at(-1), ['dlq_value_omitted', Buffer.from('1048500')]);
  });
});
