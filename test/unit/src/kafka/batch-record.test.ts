import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BatchRecord, RecordMessage } from '../../../../src/kafka/batch-record.js';
import { footprintOf } from '../../../../src/kafka/footprint.js';
import { bytesOf, detached } from '../../../../src/kafka/held-message.js';
import type { RecordSpec } from '../../../support/fetch-answers.js';
import { recordBytes } from '../../../support/fetch-answers.js';

const PLACE = { topic: 'orders', partition: 3 };
const CONTEXT = {
  firstOffset: '40',
  firstTimestamp: '1700000000000',
  maxTimestamp: '1700000009000',
  partitionLeaderEpoch: 0,
  lastOffsetDelta: 9,
  producerId: '-1',
  producerEpoch: -1,
  firstSequence: -1,
  inTransaction: false,
  isControlBatch: false,
  timestampType: 0,
  magicByte: 2,
};
const SPEC: RecordSpec = {
  delta: 2,
  key: Buffer.from('key'),
  value: Buffer.from('value'),
  headers: [
    ['b', Buffer.from('1')],
    ['constructor', null],
    ['b', Buffer.from('2')],
  ],
};

/** In the middle of a batch of other bytes. */
function inBatch(spec: RecordSpec, context = CONTEXT): { record: BatchRecord; batch: Buffer } {
  // What stands before a record is its length, which is a byte here.
  const bytes = recordBytes(spec).subarray(1);
  const batch = Buffer.concat([Buffer.alloc(1_000, 7), bytes, Buffer.alloc(1_000, 7)]);
  return { record: new BatchRecord(batch, 1_000, 1_000 + bytes.length, '42', context), batch };
}

describe('a record in its batch', () => {
  it('becomes a message that lies in memory of its own', () => {
    const { record, batch } = inBatch(SPEC);
    const message = record.toMessage(PLACE);
    batch.fill(0);
    assert.deepEqual([message.topic, message.partition, message.offset], ['orders', 3, 42n]);
    assert.deepEqual([message.key, message.value], [SPEC.key, SPEC.value]);
    assert.deepEqual(
      message.headers.map(([name, value]) => [name, Buffer.from(value).toString()]),
      [
        ['b', '1'],
        ['constructor', ''],
        ['b', '2'],
      ],
    );
    const length = recordBytes(SPEC).length - 1;
    for (const part of [message.key, message.value, ...message.headers.map(([, value]) => value)])
      if (part !== null && part.length > 0) assert.equal(part.buffer.byteLength, length);
    assert.equal(detached(message), message, 'it need not be copied again');
  });

  it('may have no key, no value and no headers', () => {
    const message = inBatch({ delta: 0, key: null, value: null, headers: [] }).record.toMessage(PLACE);
    assert.deepEqual([message.key, message.value, message.headers], [null, null, []]);
  });

  it('has a time of its own, or that of its batch if it is the broker’s', () => {
    const { timestamp } = inBatch(SPEC).record.toMessage(PLACE);
    assert.ok(timestamp >= new Date(1_700_000_000_000));
    const appended = inBatch(SPEC, { ...CONTEXT, timestampType: 1 }).record;
    assert.deepEqual(appended.toMessage(PLACE).timestamp, new Date(1_700_000_009_000));
    const far = inBatch(SPEC, { ...CONTEXT, firstTimestamp: (2n ** 62n).toString() }).record;
    assert.deepEqual(far.toMessage(PLACE).timestamp, new Date(8.64e15), 'no date can hold it');
  });

  it('is no message for anybody if it marks the end of a transaction', () => {
    assert.equal(inBatch(SPEC).record.isControlRecord, false);
    assert.equal(inBatch(SPEC, { ...CONTEXT, isControlBatch: true }).record.isControlRecord, true);
  });

  it('counts in memory as what it is: its bytes, and what its headers take when they are asked for', () => {
    const message = inBatch(SPEC).record.toMessage(PLACE);
    assert.ok(message instanceof RecordMessage);
    assert.equal(bytesOf(message), footprintOf(recordBytes(SPEC).length - 1, 3));
  });
});
