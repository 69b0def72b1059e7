import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LogHeaders, LogRecord } from '../../../../src/ports/log.js';
import { toKafkaMessage, toLogMessage } from '../../../../src/kafka/log-message.js';
import { chunksOf } from '../../../../src/kafka/log-producer.js';

const PLACE = { topic: 'orders', partition: 2 };
const bytes = (text: string): Buffer => Buffer.from(text);

describe('messages of kafkajs', () => {
  it('come with offset, time, and headers in order', () => {
    const message = toLogMessage(PLACE, {
      key: bytes('k'),
      value: null,
      offset: '9007199254740993',
      timestamp: '1772366400000',
      attributes: 0,
      headers: { b: bytes('1'), a: [bytes('2'), bytes('3')] },
    });
    assert.deepEqual(message, {
      ...PLACE,
      key: bytes('k'),
      value: null,
      offset: 9007199254740993n,
      timestamp: new Date('2026-03-01T12:00:00.000Z'),
      headers: [
        ['b', bytes('1')],
        ['a', bytes('2')],
        ['a', bytes('3')],
      ],
    });
  });

  it('may have no headers, as those of old brokers', () => {
    const { headers } = toLogMessage(PLACE, {
      key: null,
      value: null,
      offset: '0',
      timestamp: '0',
      attributes: 0,
      size: 10,
    });
    assert.deepEqual(headers, []);
  });

  it('have the headers that were sent, whatever their names and also without a value', () => {
    const { headers } = toLogMessage(PLACE, {
      key: null,
      value: null,
      offset: '0',
      timestamp: '0',
      attributes: 0,
      // What kafkajs makes of them: it takes what an object inherits for an earlier header of the name, and its types know no null.
      headers: {
        constructor: [Object, bytes('1')] as unknown as Buffer[],
        empty: null as unknown as Buffer,
        text: 'x',
      },
    });
    assert.deepEqual(headers, [
      ['constructor', bytes('1')],
      ['empty', Buffer.alloc(0)],
      ['text', bytes('x')],
    ]);
  });

  it('have headers in the order of an object’s names, one entry for each value, and none for what is no value', () => {
    const named = Object.create(null) as Record<string, Buffer | string | (Buffer | string)[]>;
    named['b'] = [bytes('1'), 'two', null as unknown as Buffer, undefined as unknown as Buffer];
    named['__proto__'] = bytes('3');
    named['10'] = [];
    named['2'] = bytes('4');
    const odd: unknown[] = [[bytes('in a list')], 5, bytes('5')];
    named[''] = odd as Buffer[];
    const { headers } = toLogMessage(PLACE, {
      key: null,
      value: null,
      offset: '0',
      timestamp: '0',
      attributes: 0,
      headers: named,
    });
    assert.deepEqual(headers, [
      ['2', bytes('4')],
      ['b', bytes('1')],
      ['b', bytes('two')],
      ['b', Buffer.alloc(0)],
      ['b', Buffer.alloc(0)],
      ['__proto__', bytes('3')],
      ['', bytes('5')],
    ]);
  });

  it('come with a time that can be written, whatever the producer said', () => {
    for (const timestamp of ['9223372036854775807', '-9223372036854775808', '-1']) {
      const message = { key: null, value: null, offset: '0', attributes: 0, size: 10, timestamp };
      assert.doesNotThrow(() => toLogMessage(PLACE, message).timestamp.toISOString());
    }
  });

  it('go with a view of the same bytes, not with the buffer around them', () => {
    const around = bytes('--value--');
    const record = {
      topic: 't',
      key: null,
      value: new Uint8Array(around.buffer, around.byteOffset + 2, 5),
      headers: [],
    };
    const { key, value } = toKafkaMessage(record);
    assert.equal(key, null);
    assert.deepEqual(value, bytes('value'));
  });

  it('may have headers of any name, also several of one', () => {
    const headers: LogHeaders = [
      ['__proto__', bytes('1')],
      ['x', bytes('2')],
      ['constructor', bytes('4')],
      ['x', bytes('3')],
      ['x', bytes('5')],
    ];
    const sent = toKafkaMessage({ topic: 't', key: null, value: null, headers }).headers ?? {};
    assert.deepEqual(Object.entries(sent), [
      ['__proto__', bytes('1')],
      ['x', [bytes('2'), bytes('3'), bytes('5')]],
      ['constructor', bytes('4')],
    ]);
  });
});

describe('chunks of records', () => {
  const record = (size: number): LogRecord => ({
    topic: 't',
    key: null,
    value: Buffer.alloc(size),
    headers: [],
  });
  const sizes = (chunks: readonly (readonly LogRecord[])[]): number[][] =>
    chunks.map((chunk) => chunk.map(({ value }) => value?.length ?? 0));

  it('keep the order and stay below the limit', () => {
    const chunks = chunksOf([record(400), record(401), record(402), record(403)], 1_000);
    assert.deepEqual(sizes(chunks), [
      [400, 401],
      [402, 403],
    ]);
  });

  it('give a record that is too large a request of its own', () => {
    assert.deepEqual(sizes(chunksOf([record(10), record(5_000), record(10)], 1_000)), [[10], [5_000], [10]]);
  });

  it('hold at most 500 records', () => {
    const chunks = chunksOf(
      Array.from({ length: 1_001 }, () => record(1)),
      1_000_000,
    );
    assert.deepEqual(
      chunks.map(({ length }) => length),
      [500, 500, 1],
    );
  });

  it('are none for no records', () => {
    assert.deepEqual(chunksOf([], 1_000), []);
  });
});
