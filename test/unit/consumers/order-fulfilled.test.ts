import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { consumeOrderFulfilled } from '../../../consumers/order-fulfilled.js';
import { createDeadLetterProducer } from '../../../producers/dead-letter.js';
import { orderDecoder } from '../../../src/kafka/order-decoder.js';
import { createRunner } from '../../../src/kafka/runner.js';
import { traceparentIn } from '../../../src/kafka/traceparent.js';
import type { LogRecord } from '../../../src/ports/log.js';
import { systemClock } from '../../../src/system-clock.js';
import { takeOrder } from '../../../src/worker/take-order.js';
import type { CapturePath } from '../../support/capture-path.js';
import { anOrder, capturePath, SILENT_OBSERVER } from '../../support/capture-path.js';
import { contractsWithIds, MemoryRegistry } from '../../support/contracts.js';
import { headerOf } from '../../support/headers.js';
import type { RawMessage } from '../../support/hostile-messages.js';
import { hostileMessages, rawOrder, rawOrderWriter } from '../../support/hostile-messages.js';
import { memoryConsumer } from '../../support/memory-consumer.js';
import { until } from '../../support/until.js';

const PLACE = { topic: 'order.fulfilled', partition: 0 };

const contracts = contractsWithIds();
const contract = contracts['order.fulfilled'];
const strangers = [contracts['capture.failed'].schemaId, contracts['capture.pending'].schemaId];
const write = rawOrderWriter(contract);

/** How a message ended: as one of these words, or more than one if it had more than one end. */
interface Consumed {
  readonly path: CapturePath;
  readonly ends: ReadonlyMap<bigint, readonly string[]>;
  readonly letters: readonly LogRecord[];
  readonly committed: bigint | null;
  readonly retries: number;
}

/** Sends messages through decoding, planning, the store, the sending and the dead letters; all real but Kafka, PostgreSQL and provider. */
async function consume(messages: readonly RawMessage[]): Promise<Consumed> {
  const path = capturePath();
  const ends = new Map<bigint, string[]>();
  const end = (offset: bigint, word: string): void => {
    ends.set(offset, [...(ends.get(offset) ?? []), word]);
  };
  const letters: LogRecord[] = [];
  const deadLetters = createDeadLetterProducer({
    producer: {
      append: (records) => {
        letters.push(...records);
        return Promise.resolve();
      },
    },
    topicOf: (topic) => `${topic}.dlq`,
    worker: 'worker-1',
  });
  const registry = new MemoryRegistry();
  for (const { subject, schema, schemaId } of Object.values(contracts))
    registry.put(subject, schema, schemaId);
  const consumer = memoryConsumer();
  const failures: Error[] = [];
  const runner = createRunner({
    consumer,
    process: consumeOrderFulfilled({
      decode: orderDecoder(contracts, { registry, clock: systemClock }),
      take: async (order, source) => {
        const taken = await takeOrder(order, source, path.options);
        if (taken.taken !== 'rejected') end(source.offset, taken.taken);
        return taken;
      },
      deadLetter: async (message, rejection) => {
        await deadLetters.put(message, rejection);
        end(message.offset, rejection.rejected);
      },
      traceparentOf: ({ headers }) => traceparentIn(headers),
      observer: SILENT_OBSERVER,
      log: path.options.log,
    }),
    onFatal: (error) => failures.push(error),
    clock: systemClock,
    random: () => 0,
    log: path.options.log,
    maxInFlight: 10,
  });
  await runner.start();
  consumer.assign([PLACE]);
  consumer.write(PLACE, messages);
  await consumer.deliver(PLACE);
  await until(() => failures.length > 0 || runner.stats().inFlight + runner.stats().queued === 0);
  await runner.drain(0);
  assert.deepEqual(failures, []);
  return { path, ends, letters, committed: consumer.committed(PLACE), retries: runner.stats().retries };
}

/** The one word of a message's end. */
async function endOf(value: Buffer | null): Promise<string> {
  const { ends } = await consume([{ key: null, value, headers: [] }]);
  return ends.get(0n)?.join() ?? 'none';
}

describe('whatever is put on order.fulfilled', () => {
  const messages = hostileMessages(
    { contract, strangers, good: (paymentId) => anOrder({ paymentId }) },
    { minLength: 1, maxLength: 40 },
  );

  it('ends in exactly one capture, duplicate or dead letter, and holds up nothing behind it', async () => {
    await fc.assert(
      fc.asyncProperty(messages, async (given) => {
        const { path, ends, letters, committed, retries } = await consume(given);
        assert.equal(committed, BigInt(given.length));
        assert.equal(retries, 0, 'bad input is nothing to wait for');

        const lettersByOffset = new Map(
          letters.map((letter) => [headerOf(letter.headers, 'dlq_offset'), letter]),
        );
        let claimed = 0;
        for (const [index, { key, value, headers, mustCapture }] of given.entries()) {
          const end = ends.get(BigInt(index)) ?? [];
          assert.equal(end.length, 1, `message ${String(index)} ended as ${end.join(' and ')}`);
          const [word = ''] = end;
          if (mustCapture !== null) assert.equal(word, 'claimed');
          if (word === 'claimed') claimed += 1;
          const letter = lettersByOffset.get(String(index));
          if (word === 'claimed' || word === 'duplicate') {
            assert.equal(letter, undefined);
            continue;
          }
          assert.ok(letter);
          assert.deepEqual([letter.key, letter.value], [key, value]);
          assert.deepEqual(letter.headers.slice(0, headers.length), headers);
          assert.equal(headerOf(letter.headers, 'dlq_reason'), word);
        }
        assert.equal(letters.length, lettersByOffset.size);

        const captures = [...path.standIn.views.captures.values()].map(({ capture }) => capture);
        assert.equal(captures.length, claimed);
        assert.deepEqual(
          path.sent.map(({ requestId }) => requestId).sort(),
          captures.map(({ requestId }) => requestId).sort(),
          'each claim was sent once',
        );
        for (const { money, authorisedAmount } of captures)
          assert.ok(money.amount > 0n && money.amount <= authorisedAmount);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a time at the ends of what Avro can hold', () => {
  const base = rawOrder(anOrder());

  it('is a dead letter if nothing can come of it', async () => {
    const cases: [bigint, string][] = [
      [2n ** 63n - 1n, 'undecodable'],
      [-(2n ** 63n), 'undecodable'],
      [8_640_000_000_000_001n, 'undecodable'],
      // A date, but no date is left for the expiry a day later.
      [8_640_000_000_000_000n, 'time_out_of_range'],
      // Dates that PostgreSQL or ISO 8601 write in another way.
      [-8_640_000_000_000_000n, 'time_out_of_range'],
      [-62_135_596_800_001n, 'time_out_of_range'],
      [253_402_300_800_000n, 'time_out_of_range'],
      // Microseconds.
      [1_772_366_400_000_000n, 'time_out_of_range'],
    ];
    for (const [authorisedAt, end] of cases)
      assert.equal(await endOf(write({ ...base, authorisedAt })), end, authorisedAt.toString());
  });

  it('does not matter where nothing is reckoned with it', async () => {
    for (const fulfilledAt of [8_640_000_000_000_000n, -8_640_000_000_000_000n, 0n])
      assert.equal(await endOf(write({ ...base, fulfilledAt })), 'claimed');
  });

  it('is sent if it is only long ago: seconds instead of milliseconds, or none at all', async () => {
    for (const authorisedAt of [1_772_366_400n, 0n])
      assert.equal(await endOf(write({ ...base, authorisedAt })), 'claimed');
  });
});

describe('an order of a megabyte', () => {
  it('of references is refused soon, for their number', { timeout: 20_000 }, async () => {
    const references = Object.fromEntries(Array.from({ length: 150_000 }, (_, index) => [String(index), '']));
    assert.equal(await endOf(write({ ...rawOrder(anOrder()), references })), 'references_too_many');
  });

  it('of one text is refused for its length', async () => {
    const references = { outTradeNo: 'x'.repeat(1_000_000) };
    assert.equal(await endOf(write({ ...rawOrder(anOrder()), references })), 'text_too_long');
  });
});
