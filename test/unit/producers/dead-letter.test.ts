import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createDeadLetterProducer } from '../../../producers/dead-letter.js';
import type { DeadLetterOptions } from '../../../producers/dead-letter.js';
import type { Rejection } from '../../../src/capture/rejection.js';
import { CaptureWorkerError } from '../../../src/errors.js';
import { batchSizeOf } from '../../../src/kafka/record-size.js';
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

  it('is whole as long as a batch with it alone is no larger than brokers take by default', async () => {
    const { put, appended } = deadLetters();
    const letterWith = async (valueBytes: number): Promise<LogRecord> => {
      await put(aMessage({ value: Buffer.alloc(valueBytes) }));
      const letter = appended.at(-1)?.[0];
      assert.ok(letter);
      return letter;
    };
    const room = 1_048_588 - batchSizeOf(await letterWith(1_000_000)) + 1_000_000;
    assert.ok(room > 1_048_000);
    const whole = await letterWith(room);
    assert.deepEqual([whole.value?.length, batchSizeOf(whole)], [room, 1_048_588]);
    assert.equal((await letterWith(room + 1)).value, null);
  });

  it('keeps value and headers of a message of very many headers, which are small together', async () => {
    const { put, appended } = deadLetters();
    const headers = Array.from({ length: 100_000 }, (): [string, Buffer] => ['h', Buffer.from('x')]);
    await put(aMessage({ headers }));
    const [[letter] = []] = appended;
    assert.ok(letter);
    assert.equal(letter.value?.length, 4);
    assert.deepEqual(letter.headers.slice(0, headers.length), headers);
  });

  describe('for which the topic has too little room', () => {
    const KEY = Buffer.alloc(2_000, 'k');
    const OWN: LogHeaders = [
      ['own', Buffer.alloc(3_000)],
      ['again', Buffer.alloc(1)],
    ];
    const message = aMessage({ key: KEY, value: Buffer.alloc(4_000), headers: OWN });
    const omissions = ({ headers }: LogRecord): [string, string][] =>
      texts(headers).filter(([name]) => name.endsWith('_omitted'));

    /** What is left of the message in the dead letter that a topic of `maxBytes` gets. */
    async function leftWith(change: Partial<DeadLetterOptions>, of = message): Promise<LogRecord> {
      const { put, appended } = deadLetters(change);
      await put(of);
      const letter = appended.at(-1)?.[0];
      assert.ok(letter);
      assert.ok(
        texts(letter.headers).some(([name, value]) => name === 'dlq_reason' && value === 'currency_unknown'),
      );
      return letter;
    }

    it('leaves out the value, then the headers, then the key, and says so', async () => {
      const whole = await leftWith({ maxBytes: 10_000 });
      assert.deepEqual([whole.key, whole.value, omissions(whole)], [KEY, message.value, []]);
      const [value, headers, key] = [
        ['dlq_value_omitted', '4000'],
        ['dlq_headers_omitted', '3009'],
        ['dlq_key_omitted', '2000'],
      ] as const;
      const noValue = await leftWith({ maxBytes: 7_000 });
      assert.deepEqual([noValue.key, noValue.value, omissions(noValue)], [KEY, null, [value]]);
      assert.deepEqual(noValue.headers.slice(0, 2), OWN);
      const noHeaders = await leftWith({ maxBytes: 3_000 });
      assert.deepEqual([noHeaders.key, omissions(noHeaders)], [KEY, [value, headers]]);
      assert.ok(!texts(noHeaders.headers).some(([name]) => name === 'own' || name === 'again'));
      const noKey = await leftWith({ maxBytes: 1 });
      assert.deepEqual([noKey.key, noKey.value, omissions(noKey)], [null, null, [value, headers, key]]);
    });

    it('speaks only of what there was to leave out', async () => {
      const bare = await leftWith({ maxBytes: 1 }, aMessage({ key: null, headers: [] }));
      assert.deepEqual(omissions(bare), [['dlq_value_omitted', '4']]);
      assert.deepEqual(
        omissions(await leftWith({ maxBytes: 1 }, aMessage({ key: null, value: null, headers: [] }))),
        [],
      );
    });

    it('is offered with less by less to a broker that refuses it, and the others of its batch go as they are', async () => {
      const kept: LogRecord[] = [];
      const { put } = deadLetters({
        producer: {
          append: (records) => {
            if (records.some(({ key }) => key?.length === KEY.length))
              return Promise.reject(new CaptureWorkerError('LOG_REFUSED_DATA', 'too large'));
            kept.push(...records);
            return Promise.resolve();
          },
        },
      });
      await Promise.all([aMessage(), message, aMessage(), aMessage()].map((one) => put(one)));
      assert.equal(kept.length, 4);
      assert.equal(kept.filter(({ value }) => value?.length === 4).length, 3);
      const [cut] = kept.filter(({ value }) => value === null);
      assert.ok(cut);
      assert.deepEqual(
        omissions(cut).map(([name]) => name),
        ['dlq_value_omitted', 'dlq_headers_omitted', 'dlq_key_omitted'],
      );
    });

    it('waits where the topic refuses even the reason', async () => {
      const { put } = deadLetters({
        producer: { append: () => Promise.reject(new CaptureWorkerError('LOG_REFUSED_DATA', 'compacted')) },
      });
      await assert.rejects(put(message), {
        code: 'LOG_UNAVAILABLE',
        message: /order\.fulfilled\.dlq refuses .*compacted/,
      });
    });
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
