import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { Message } from 'kafkajs';
import { createDeadLetterProducer } from '../../../producers/dead-letter.js';
import { createLogProducer } from '../../../src/kafka/log-producer.js';
import { MAX_HEADERS } from '../../../src/kafka/records.js';
import type { LogMessage } from '../../../src/ports/log.js';
import { headerOf } from '../../support/headers.js';
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

  /** Puts each message on a topic, then all of it on a dead-letter topic of its own. */
  async function deadLettersOf(
    t: TestContext,
    messages: readonly Message[],
    config: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly originals: LogMessage[]; readonly letters: LogMessage[] }> {
    const [topic, deadLetters] = [await kafka.createTopic(), await kafka.createTopic({ config })];
    // Each in a batch of its own, and without kafkajs's hash of the key, which takes minutes for the largest.
    for (const message of messages) await kafka.append(topic, [{ ...message, partition: 0 }]);
    const producer = createLogProducer({ client: kafka.client, log: SILENT });
    t.after(() => producer.close());
    const { put } = createDeadLetterProducer({ producer, topicOf: () => deadLetters, worker: 'worker-1' });
    const originals = await kafka.read(topic);
    await Promise.all(originals.map((message) => put(message, REJECTION)));
    const letters = await kafka.read(deadLetters);
    assert.equal(letters.length, originals.length);
    return { originals, letters: letters.sort((a, b) => offsetOf(a) - offsetOf(b)) };
  }

  it('find room where the message leaves none: without value, then headers, then key', async (t) => {
    const { originals, letters } = await deadLettersOf(t, [
      { key: 'k', value: Buffer.alloc(1_048_500, 'x') },
      { key: 'k', value: 'v', headers: { own: Buffer.alloc(1_048_450) } },
      { key: Buffer.alloc(600_000), value: 'v', headers: { own: Buffer.alloc(448_450) } },
      { key: Buffer.alloc(1_048_450), value: 'v', headers: { own: 'x' } },
    ]);
    assert.deepEqual(letters.map(omissions), [
      ['dlq_value_omitted=1048500'],
      ['dlq_value_omitted=1', 'dlq_headers_omitted=1048453'],
      ['dlq_value_omitted=1', 'dlq_headers_omitted=448453'],
      ['dlq_value_omitted=1', 'dlq_headers_omitted=4', 'dlq_key_omitted=1048450'],
    ]);
    assert.deepEqual(letters[2]?.key, originals[2]?.key);
    assert.ok(letters.every(({ value }) => value === null));
    assert.ok(letters.every(({ headers }) => headers.some(([name]) => name === 'dlq_reason')));
  });

  /** The headers of a dead letter that is whole, beside those of the message. */
  const OURS = 9;

  it('are whole wherever the brokers take them, up to the last bytes and the last header that is kept', async (t) => {
    const { originals, letters } = await deadLettersOf(t, [
      { key: 'k', value: Buffer.alloc(1_048_100, 'x'), headers: { own: 'x' } },
      { key: Buffer.alloc(600_000), value: 'v', headers: { own: Buffer.alloc(448_100) } },
      { key: null, value: 'v', headers: Object.fromEntries(manyHeaders(MAX_HEADERS - OURS)) },
    ]);
    assert.deepEqual(letters.map(omissions), [[], [], []]);
    for (const [index, { key, value, headers }] of originals.entries()) {
      const letter = letters[index];
      assert.ok(letter);
      assert.deepEqual([letter.key, letter.value], [key, value]);
      assert.deepEqual(letter.headers.slice(0, headers.length), headers);
    }
  });

  it('find room where their topic takes less than they were told, and the others go whole', async (t) => {
    const large = { key: Buffer.alloc(2_000, 'k'), value: Buffer.alloc(5_000, 'v') };
    const small = { key: 'small', value: Buffer.alloc(100, 'v') };
    const config = { 'max.message.bytes': '4000' };
    const { originals, letters } = await deadLettersOf(t, [small, large, small, large, small], config);
    assert.deepEqual(letters.map(omissions), [
      [],
      ['dlq_value_omitted=5000'],
      [],
      ['dlq_value_omitted=5000'],
      [],
    ]);
    assert.deepEqual(
      letters.map(({ key }) => key),
      originals.map(({ key }) => key),
    );
    assert.deepEqual(letters[4]?.value, small.value);
  });

  it('keep headers that are hostile: of any name, again and again, empty or without a value', async (t) => {
    const own = {
      __proto__x: 'x',
      constructor: ['1', '2'],
      dlq_reason: 'mine',
      dlq_value_omitted: '7',
      '': 'no name',
      '0': 'first',
      ['\u0000\u202e']: Buffer.from([0, 255, 254]),
      empty: '',
      ...Object.fromEntries([['__proto__', 'p']]),
    };
    // kafkajs fails to measure a null, which its protocol can write.
    const byteLength = Buffer.byteLength.bind(Buffer);
    t.mock.method(Buffer, 'byteLength', (of: string, encoding?: BufferEncoding) =>
      (of as string | null) === null ? 0 : byteLength(of, encoding),
    );
    const nulls = { none: null, some: ['1', null, '2'] } as unknown as NonNullable<Message['headers']>;
    const { originals, letters } = await deadLettersOf(t, [
      { key: 'k', value: 'v', headers: { ...own, ...nulls } },
    ]);
    const [letter, original] = [letters[0], originals[0]];
    assert.ok(letter && original);
    const ofName = (message: LogMessage, name: string): string[] =>
      message.headers.filter((header) => header[0] === name).map((header) => String(header[1]));
    for (const [name] of original.headers.filter(([each]) => each !== 'dlq_reason'))
      assert.deepEqual(ofName(letter, name), ofName(original, name), name);
    assert.deepEqual(ofName(letter, 'some'), ['1', '', '2']);
    assert.deepEqual(ofName(letter, 'none'), ['']);
    assert.deepEqual(ofName(letter, '__proto__'), ['p']);
    assert.deepEqual(ofName(letter, 'constructor'), ['1', '2']);
    assert.deepEqual(ofName(letter, 'dlq_reason'), ['mine', 'undecodable']);
    assert.equal(original.headers.length, 14);
  });
});

function offsetOf({ headers }: LogMessage): number {
  return Number(headerOf(headers, 'dlq_offset'));
}

function omissions({ headers }: LogMessage): string[] {
  return headers
    .filter(([name]) => name.endsWith('_omitted'))
    .map(([name, value]) => `${name}=${String(value)}`);
}

/** Each of four bytes. */
function manyHeaders(count: number): [string, string][] {
  return Array.from({ length: count }, (_, index) => [(index + 36 ** 3).toString(36), '']);
}
