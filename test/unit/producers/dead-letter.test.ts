import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDeadLetterProducer } from '../../../producers/dead-letter.js';
import type { DeadLetterOptions } from '../../../producers/dead-letter.js';
import type { Rejection } from '../../../src/capture/order.js';
import type { LogHeaders, LogMessage, LogRecord } from '../../../src/ports/log.js';

const REJECTION: Rejection = {
  rejected: 'currency_unknown',
  field: 'currency',
  problem: '"XYZ" is no ISO 4217 currency ✗',
  remedy: 'send the three-letter code in capitals',
};

function aMessage(change: Partial<LogMessage> = {}): LogMessage {
  return {
    topic: 'order.fulfilled',
    partition: 4,
    offset: 9_007_199_254_740_993n,
    key: Buffer.from([0, 255, 1]),
    value: Buffer.from([0, 1, 2, 254]),
    headers: [['ce_id', Buffer.from('evt-1')]],
    timestamp: new Date('2026-03-01T12:00:00.123Z'),
    ...change,
  };
}

function deadLetters(change: Partial<DeadLetterOptions> = {}): {
  put: (message: LogMessage) => Promise<void>;
  appended: LogRecord[][];
} {
  const appended: LogRecord[][] = [];
  const producer = createDeadLetterProducer({
    producer: {
      append: (records) => {
        appended.push([...records]);
        return Promise.resolve();
      },
    },
    topicOf: (topic) => `${topic}.dlq`,
    worker: 'worker-1',
    ...change,
  });
  return { put: (message) => producer.put(message, REJECTION), appended };
}

const texts = (headers: LogHeaders): [string, string][] =>
  headers.map(([name, value]) => [name, Buffer.from(value).toString()]);

describe('a dead letter', () => {
  it('has the key, value and headers of the message, and then says why and from where', async () => {
    const { put, appended } = deadLetters();
    await put(aMessage());
    const [[letter] = []] = appended;
    assert.ok(letter);
    assert.equal(letter.topic, 'order.fulfilled.dlq');
    assert.deepEqual(letter.key, Buffer.from([0, 255, 1]));
    assert.deepEqual(letter.value, Buffer.from([0, 1, 2, 254]));
    assert.deepEqual(texts(letter.headers), [
      ['ce_id', 'evt-1'],
      ['dlq_reason', 'currency_unknown'],
      ['dlq_field', 'currency'],
      ['dlq_problem', '"XYZ" is no ISO 4217 currency ✗'],
      ['dlq_remedy', 'send the three-letter code in capitals'],
      ['dlq_topic', 'order.fulfilled'],
      ['dlq_partition', '4'],
      ['dlq_offset', '9007199254740993'],
      ['dlq_timestamp', '2026-03-01T12:00:00.123Z'],
      ['dlq_worker', 'worker-1'],
    ]);
  });

  it('keeps the absence of key and value', async () => {
    const { put, appended } = deadLetters();
    await put(aMessage({ key: null, value: null }));
    assert.deepEqual([appended[0]?.[0]?.key, appended[0]?.[0]?.value], [null, null]);
  });

  it('keeps the headers of an earlier pass, before those of this one', async () => {
    const { put, appended } = deadLetters();
    await put(aMessage({ headers: [['dlq_reason', Buffer.from('undecodable')]] }));
    const reasons = texts(appended[0]?.[0]?.headers ?? []).filter(([name]) => name === 'dlq_reason');
    assert.deepEqual(reasons, [
      ['dlq_reason', 'undecodable'],
      ['dlq_reason', 'currency_unknown'],
    ]);
  });

  it('goes without its value where that leaves no room for the headers, and says so', async () => {
    const { put, appended } = deadLetters({ maxBytes: 2_000 });
    await put(aMessage({ value: Buffer.alloc(1_000) }));
    await put(aMessage({ value: Buffer.alloc(1_900) }));
    assert.equal(appended[0]?.[0]?.value?.length, 1_000);
    const cut = appended[1]?.[0];
    assert.ok(cut);
    assert.equal(cut.value, null);
    assert.deepEqual(texts(cut.headers).at(-1), ['dlq_value_omitted', '1900']);
  });

  it('is put aside only when it is acknowledged; what came meanwhile goes together', async () => {
    const acknowledge: (() => void)[] = [];
    const sizes: number[] = [];
    const { put } = deadLetters({
      producer: {
        append: (records) => {
          sizes.push(records.length);
          return new Promise((resolve) => acknowledge.push(resolve));
        },
      },
    });
    const done: string[] = [];
    const first = put(aMessage()).then(() => done.push('first'));
    await new Promise(setImmediate);
    const rest = [put(aMessage()), put(aMessage()), put(aMessage())].map((one) =>
      one.then(() => done.push('rest')),
    );
    await new Promise(setImmediate);
    assert.deepEqual(done, []);
    acknowledge.shift()?.();
    await first;
    await new Promise(setImmediate);
    assert.deepEqual(sizes, [1, 3]);
    assert.deepEqual(done, ['first']);
    acknowledge.shift()?.();
    await Promise.all(rest);
  });

  it('rejects where it could not be put aside', async () => {
    const away = new Error('the log is away');
    const { put } = deadLetters({ producer: { append: () => Promise.reject(away) } });
    await assert.rejects(put(aMessage()), away);
  });
});
