import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { beforeEach, describe, it } from 'node:test';
import fc from 'fast-check';
import type { Message } from 'kafkajs';
import type { PartitionToProduce, ProduceArgs } from 'kafkajs/src/protocol/requests/produce/index.js';
import produceProtocol from 'kafkajs/src/protocol/requests/produce/index.js';
import { toKafkaMessage } from '../../../../src/kafka/log-message.js';
import { mendProduce } from '../../../../src/kafka/produce-encoding.js';

const NOW = 1_772_366_400_123;
const MENDED_VERSION = 7;

const unmended = produceProtocol.protocol;
let writtenByKafkajs = 0;
produceProtocol.protocol = ({ version }) => {
  const produce = unmended({ version });
  return (args) => {
    const call = produce(args);
    const encode = (): ReturnType<typeof call.request.encode> => {
      writtenByKafkajs += 1;
      return call.request.encode();
    };
    return { ...call, request: { ...call.request, encode } };
  };
};
mendProduce();
mendProduce();

/** The request's bytes, or why there are none. */
async function written(
  protocol: typeof unmended,
  args: ProduceArgs,
  version = MENDED_VERSION,
): Promise<string | Buffer> {
  try {
    return (await protocol({ version })(args).request.encode()).buffer;
  } catch (error) {
    return String(error);
  }
}

async function assertSame(args: ProduceArgs, version = MENDED_VERSION): Promise<void> {
  assert.deepEqual(
    await written(produceProtocol.protocol, args, version),
    await written(unmended, args, version),
  );
}

function stopTheClock(t: TestContext): void {
  t.mock.timers.enable({ apis: ['Date'], now: NOW });
}

/** As the log producer of this program asks kafkajs for it. */
const ours = (...messages: readonly Message[]): ProduceArgs => ({
  acks: -1,
  timeout: 15_000,
  compression: 0,
  transactionalId: undefined,
  producerId: -1,
  producerEpoch: 0,
  topicData: [{ topic: 'events', partitions: [{ partition: 3, messages, firstSequence: 0 }] }],
});

const numbered: ProduceArgs = {
  ...ours(),
  topicData: [
    { topic: 't', partitions: [{ partition: 0, messages: [{ value: Buffer.from('x') }], firstSequence: 7 }] },
  ],
};

const text = fc.string({ unit: 'binary', maxLength: 90 });
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const plainMessage: fc.Arbitrary<Message> = fc.oneof(
  fc
    .record({
      topic: fc.constant('t'),
      key: fc.option(bytes),
      value: fc.option(bytes),
      headers: fc.array(fc.tuple(text, bytes), { maxLength: 80 }),
    })
    .map(toKafkaMessage),
  fc.record(
    {
      key: fc.option(bytes),
      value: fc.option(bytes),
      headers: fc.dictionary(text, fc.oneof(bytes, fc.array(bytes, { maxLength: 3 }))),
    },
    { requiredKeys: ['value'] },
  ),
);

/** Also what the declarations of kafkajs don't allow, but its writing takes or refuses. */
const anyValue = fc.oneof(bytes, text, fc.constant(null), fc.constant(undefined));
const anyMessage = fc.oneof(
  plainMessage,
  fc.record(
    {
      key: anyValue,
      value: anyValue,
      headers: fc.option(fc.dictionary(text, fc.oneof(anyValue, fc.array(anyValue, { maxLength: 3 })))),
      timestamp: fc.oneof(
        fc.constant(null),
        fc.constant(''),
        fc.nat().map((ms) => String(NOW - ms)),
      ),
    },
    { requiredKeys: ['value'] },
  ) as fc.Arbitrary<Message>,
);

const partitionsOf = (message: fc.Arbitrary<Message>, min: number): fc.Arbitrary<PartitionToProduce[]> =>
  fc.array(
    fc.record({
      partition: fc.nat(),
      messages: fc.array(message, { minLength: min, maxLength: 70 }),
      firstSequence: min === 0 ? fc.nat(2) : fc.constant(0),
    }),
    { maxLength: 4 },
  );
const topicsOf = (partitions: fc.Arbitrary<PartitionToProduce[]>): fc.Arbitrary<ProduceArgs['topicData']> =>
  fc.array(fc.record({ topic: fc.string({ unit: 'binary', maxLength: 20 }), partitions }), { maxLength: 3 });

describe('what is produced', () => {
  beforeEach(() => {
    writtenByKafkajs = 0;
  });

  it('is the same bytes as kafkajs writes, of any messages of bytes, without its help', async (t) => {
    stopTheClock(t);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(-1, 0, 1),
        fc.nat(),
        topicsOf(partitionsOf(plainMessage, 1)),
        (acks, timeout, topicData) => assertSame({ ...ours(), acks, timeout, topicData }),
      ),
    );
    assert.equal(writtenByKafkajs, 0);
  });

  it('is the same bytes where a length, a number or a place begins to take another byte', async (t) => {
    stopTheClock(t);
    for (const edge of [63, 64, 8_191, 8_192, 1_048_575, 1_048_576]) {
      // Also where the whole record's length does.
      for (const length of [edge - 9, edge - 8, edge - 7, edge - 6, edge - 5, edge]) {
        const value = Buffer.alloc(length, 'x');
        await assertSame(ours({ value }));
        await assertSame(ours({ key: value, value: null, headers: { ü: value, x: [value, value] } }));
      }
    }
    for (const count of [63, 64, 65, 8_191, 8_192, 8_193]) {
      const value = Buffer.from('x');
      await assertSame(ours(...Array<Message>(count).fill({ value })));
      await assertSame(ours({ value, headers: { [`long ${'x'.repeat(count)}`]: value } }));
      await assertSame(ours({ value, headers: { many: Array<Buffer>(count).fill(value) } }));
    }
    assert.equal(writtenByKafkajs, 0);
  });

  it('is the same bytes of an idempotent producer, in a transaction, compressed, with texts and times', async (t) => {
    stopTheClock(t);
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          acks: fc.constantFrom(-1, 0, 1),
          timeout: fc.nat(),
          compression: fc.constantFrom(0, 0, 1),
          transactionalId: fc.constantFrom(undefined, null, '', 'transaction'),
          producerId: fc.constantFrom<unknown>(-1, '-1', '4611686018427387904', 7),
          producerEpoch: fc.nat(2),
          topicData: topicsOf(partitionsOf(anyMessage, 0)),
        }),
        (args) => assertSame(args),
      ),
    );
    assert.notEqual(writtenByKafkajs, 0);
  });

  for (const [what, args] of [
    ['compressed', { ...ours({ value: Buffer.from('x') }), compression: 1 }],
    ['in a transaction', { ...ours({ value: Buffer.from('x') }), transactionalId: 'transaction' }],
    [
      'of an idempotent producer',
      { ...ours({ value: Buffer.from('x') }), producerId: '5', producerEpoch: 1 },
    ],
    ['of a producer of another epoch', { ...ours({ value: Buffer.from('x') }), producerEpoch: 1 }],
    ['of a producer that numbers its records', numbered],
    ['a text', ours({ value: 'x' })],
    ['under a text', ours({ key: 'x', value: null })],
    ['with a text in a header', ours({ value: null, headers: { x: [Buffer.from('x'), 'x'] } })],
    ['of another time', ours({ value: null }, { value: null, timestamp: String(NOW - 1) })],
    ['nothing', ours()],
  ] satisfies [string, ProduceArgs][]) {
    it(`is left to kafkajs if it is ${what}`, async (t) => {
      stopTheClock(t);
      await assertSame(args);
      assert.equal(writtenByKafkajs, 1);
    });
  }

  it('is left to kafkajs for brokers that take an older version', async (t) => {
    stopTheClock(t);
    for (const version of [3, 4, 5, 6]) await assertSame(ours({ value: Buffer.from('x') }), version);
    assert.equal(writtenByKafkajs, 4);
  });

  it('has a header without a value refused by kafkajs, as it always did', async () => {
    const args = ours({ value: null, headers: { x: null as unknown as Buffer } });
    assert.match(String(await written(produceProtocol.protocol, args)), /TypeError/);
    assert.equal(writtenByKafkajs, 1);
  });

  it('has the time at which it is written, not that at which it was asked for', async (t) => {
    stopTheClock(t);
    const args = ours({ value: Buffer.from('x') });
    const { request } = produceProtocol.protocol({ version: MENDED_VERSION })(args);
    t.mock.timers.tick(5);
    assert.deepEqual((await request.encode()).buffer, await written(unmended, args));
  });
});
