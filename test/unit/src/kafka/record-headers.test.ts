import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import decodeRecord from 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js';
import { toLogMessage } from '../../../../src/kafka/log-message.js';
import { mendRecordHeaders } from '../../../../src/kafka/record-headers.js';

type Pair = readonly [name: Buffer, value: Buffer | null];

const bytes = (text: string): Buffer => Buffer.from(text);
const EMPTY = Buffer.alloc(0);

/** A whole number as Kafka's records have it: zigzag, seven bits a byte. */
function varint(value: number): Buffer {
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  const written: number[] = [];
  for (; rest > 127; rest = Math.floor(rest / 128)) written.push((rest % 128) + 128);
  return Buffer.from([...written, rest]);
}

const sized = (value: Buffer | null): Buffer =>
  value === null ? varint(-1) : Buffer.concat([varint(value.length), value]);

/** The headers of a record without key and value, as they come out of kafkajs and then out of our reading of it. */
function headersOf(pairs: readonly Pair[]): ReturnType<typeof toLogMessage>['headers'] {
  mendRecordHeaders();
  const headers = pairs.flatMap(([name, value]) => [sized(name), sized(value)]);
  const head = [Buffer.from([0]), varint(0), varint(0), sized(null), sized(null), varint(pairs.length)];
  const record = decodeRecord(new Decoder(Buffer.concat([...head, ...headers])), {
    firstOffset: '7',
    firstTimestamp: '0',
  });
  return toLogMessage({ topic: 'orders', partition: 0 }, record).headers;
}

describe('the headers of a record', () => {
  it('come by name, with all the values of a name in their order, also without a value', () => {
    assert.deepEqual(
      headersOf([
        [bytes('b'), bytes('1')],
        [bytes('a'), bytes('2')],
        [bytes('b'), null],
        [bytes('b'), EMPTY],
        [bytes(''), bytes('no name')],
      ]),
      [
        ['b', bytes('1')],
        ['b', EMPTY],
        ['b', EMPTY],
        ['a', bytes('2')],
        ['', bytes('no name')],
      ],
    );
    assert.deepEqual(headersOf([]), []);
  });

  it('may have names that objects have a meaning for, once or again', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length']) {
      const pair: Pair = [bytes(name), bytes('x')];
      assert.deepEqual(headersOf([pair]), [[name, bytes('x')]]);
      assert.deepEqual(headersOf([pair, [bytes(name), null], pair]), [
        [name, bytes('x')],
        [name, EMPTY],
        [name, bytes('x')],
      ]);
    }
  });

  it('may have names that are no UTF-8: what is none is replaced, the value is kept', () => {
    assert.deepEqual(headersOf([[Buffer.from([0x61, 0xff, 0x62]), bytes('x')]]), [['a\ufffdb', bytes('x')]]);
  });

  it('take a time in proportion to their number', () => {
    const many = 10_000;
    const distinct = Array.from({ length: many }, (_, index): Pair => [bytes(index.toString(36)), EMPTY]);
    const begun = performance.now();
    assert.equal(headersOf(distinct).length, many);
    assert.equal(headersOf(Array<Pair>(many).fill([bytes('x'), EMPTY])).length, many);
    // kafkajs alone takes a quarter of a minute.
    assert.ok(performance.now() - begun < 2_000);
  });
});
