import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { it } from 'node:test';
import fc from 'fast-check';
import type { Message } from 'kafkajs';
import { toKafkaMessage } from '../../../../src/kafka/log-message.js';
import { batchSizeOf } from '../../../../src/kafka/record-size.js';
import type { LogRecord } from '../../../../src/ports/log.js';

/** What kafkajs writes records with: it has no declarations for it. */
const load = createRequire(import.meta.url) as (name: string) => unknown;
const encodeRecord = load('kafkajs/src/protocol/recordBatch/record/v0') as (message: Message) => unknown;
const { RecordBatch: encodeBatch } = load('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch: (batch: { records: unknown[] }) => Promise<{ readonly buffer: Buffer }>;
};

async function encodedSize(record: LogRecord): Promise<number> {
  return (await encodeBatch({ records: [encodeRecord(toKafkaMessage(record))] })).buffer.length;
}

const record = (change: Partial<LogRecord>): LogRecord => ({
  topic: 't',
  key: null,
  value: null,
  headers: [],
  ...change,
});

const bytes = fc.uint8Array({ maxLength: 300 });

it('is what kafkajs makes of any record', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        topic: fc.constant('t'),
        key: fc.option(bytes),
        value: fc.option(bytes),
        headers: fc.array(fc.tuple(fc.string({ unit: 'binary', maxLength: 90 }), bytes), { maxLength: 80 }),
      }),
      async (any) => {
        assert.equal(batchSizeOf(any), await encodedSize(any));
      },
    ),
  );
});

it('is what kafkajs makes of it where a length begins to take another byte', async () => {
  for (const edge of [63, 64, 8_191, 8_192, 1_048_575, 1_048_576]) {
    // Also where the whole record's length does.
    for (const length of [
      edge - 10,
      edge - 8,
      edge - 7,
      edge - 6,
      edge - 5,
      edge - 4,
      edge - 1,
      edge,
      edge + 1,
    ]) {
      const value = Buffer.alloc(length);
      for (const any of [
        record({ value }),
        record({ key: value }),
        record({ headers: [['h', value]] }),
        record({ headers: [['é'.repeat(length >> 1), Buffer.alloc(0)]] }),
      ])
        assert.equal(batchSizeOf(any), await encodedSize(any));
    }
    if (edge > 10_000) continue;
    const headers = Array.from({ length: edge }, (): [string, Buffer] => ['', Buffer.alloc(0)]);
    assert.equal(batchSizeOf(record({ headers })), await encodedSize(record({ headers })));
  }
});
