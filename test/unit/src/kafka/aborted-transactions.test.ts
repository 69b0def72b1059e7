import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { decodeFetch } from '../../../../src/kafka/fetch-decoding.js';
import { answerBytes, batchBytes, markerBytes } from '../../../support/fetch-answers.js';

const TOPIC = 'orders';
const IN_TRANSACTION = 0x10;

/** One producer's part of a partition: batches of so many messages, each transaction ended by a marker or still open. */
type Step =
  | { readonly do: 'append'; readonly producer: number; readonly messages: number; readonly key: boolean }
  | { readonly do: 'abort' | 'commit'; readonly producer: number }
  | { readonly do: 'append outside'; readonly messages: number };

const PRODUCERS = 4;
const producer = fc.nat({ max: PRODUCERS - 1 });
const someSteps = fc.array(
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('append' as const),
        producer,
        messages: fc.integer({ min: 1, max: 4 }),
        // As the key of an abort marker is.
        key: fc.boolean(),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constantFrom('abort' as const, 'commit' as const), producer }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('append outside' as const),
        messages: fc.integer({ min: 1, max: 4 }),
      }),
    },
  ),
  { maxLength: 40 },
);

interface Transaction {
  readonly producer: number;
  readonly first: bigint;
  readonly offsets: bigint[];
  end: { readonly how: 'abort' | 'commit'; readonly at: bigint } | null;
}

/** What a broker has of a partition, and what a reader of committed messages must get, reckoned without looking at bytes. */
interface Log {
  readonly batches: readonly { readonly first: bigint; readonly last: bigint; readonly bytes: Buffer }[];
  readonly transactions: readonly Transaction[];
  readonly committed: readonly bigint[];
}

function logOf(steps: readonly Step[]): Log {
  const batches: { first: bigint; last: bigint; bytes: Buffer }[] = [];
  const transactions: Transaction[] = [];
  const open = new Map<number, Transaction>();
  const outside: bigint[] = [];
  let next = 0n;

  function append(messages: number, spec: { attributes: number; producerId: bigint; key: Buffer }): bigint[] {
    const records = Array.from({ length: messages }, (_, delta) => ({
      delta,
      key: spec.key,
      value: Buffer.from('v'),
      headers: [],
    }));
    const first = next;
    next += BigInt(messages);
    batches.push({ first, last: next - 1n, bytes: batchBytes({ baseOffset: first, records, ...spec }) });
    return records.map(({ delta }) => first + BigInt(delta));
  }

  function end(ofProducer: number, how: 'abort' | 'commit'): void {
    const transaction = open.get(ofProducer);
    if (transaction === undefined) return;
    open.delete(ofProducer);
    transaction.end = { how, at: next };
    batches.push({ first: next, last: next, bytes: markerBytes(next, BigInt(ofProducer), how) });
    next += 1n;
  }

  for (const step of steps) {
    switch (step.do) {
      case 'append': {
        const key = step.key ? Buffer.alloc(4) : Buffer.from('k');
        const spec = { attributes: IN_TRANSACTION, producerId: BigInt(step.producer), key };
        const offsets = append(step.messages, spec);
        const transaction = open.get(step.producer);
        if (transaction !== undefined) transaction.offsets.push(...offsets);
        else {
          const begun = { producer: step.producer, first: offsets[0] ?? 0n, offsets, end: null };
          open.set(step.producer, begun);
          transactions.push(begun);
        }
        break;
      }
      case 'append outside':
        outside.push(...append(step.messages, { attributes: 0, producerId: -1n, key: Buffer.alloc(4) }));
        break;
      case 'abort':
      case 'commit':
        end(step.producer, step.do);
        break;
    }
  }
  // Brokers show nothing from an open transaction on.
  for (let each = 0; each < PRODUCERS; each += 1) end(each, 'abort');
  const committed = transactions.filter((one) => one.end?.how === 'commit').flatMap(({ offsets }) => offsets);
  return {
    batches,
    transactions,
    committed: [...outside, ...committed].sort((a, b) => Number(a - b)),
  };
}

/** What a broker answers: from the batch on that has the offset, at most so many, and what was aborted in it, in the order of the ends. */
function answerOf({ batches, transactions }: Log, from: bigint, atMost: number): Buffer {
  const sent = batches.filter(({ last }) => last >= from).slice(0, atMost);
  const to = sent.at(-1)?.last ?? from;
  const abortedTransactions = transactions
    .filter((one) => one.end?.how === 'abort' && one.end.at >= from && one.first <= to)
    .sort((a, b) => Number((a.end?.at ?? 0n) - (b.end?.at ?? 0n)))
    .map((one) => [BigInt(one.producer), one.first] as const);
  const bytes = Buffer.concat(sent.map((one) => one.bytes));
  return answerBytes(TOPIC, [{ partition: 0, bytes, abortedTransactions }]);
}

/** All that is delivered from an offset on, answer by answer, as kafkajs would ask for it. */
async function readAll(log: Log, begin: bigint, room: number, atMost: number): Promise<bigint[]> {
  const delivered: bigint[] = [];
  const end = log.batches.at(-1)?.last ?? -1n;
  for (let from = begin; from <= end;) {
    const topics = [{ topic: TOPIC, partitions: [{ partition: 0, fetchOffset: from.toString() }] }];
    const answer = await decodeFetch(answerOf(log, from, atMost), topics, room);
    const [partition] = answer.responses[0]?.partitions ?? [];
    assert.ok(partition);
    assert.deepEqual(partition.abortedTransactions, [], 'kafkajs must not choose by itself');
    const last = partition.messages.at(-1);
    assert.ok(last, `nothing at ${from.toString()}: kafkajs would ask for it for ever`);
    delivered.push(
      ...partition.messages
        .filter(({ isControlRecord }) => !isControlRecord)
        .map(({ offset }) => BigInt(offset)),
    );
    from = BigInt(last.offset) + 1n;
  }
  return delivered;
}

const append = (of: number, messages = 1, key = false): Step => ({
  do: 'append',
  producer: of,
  messages,
  key,
});
const ended = (how: 'abort' | 'commit', of: number): Step => ({ do: how, producer: of });

describe('messages of aborted transactions', () => {
  const cases: Readonly<Record<string, readonly Step[]>> = {
    'one within another': [append(0), append(1), ended('abort', 1), append(0), ended('abort', 0)],
    'three that overlap': [
      ...[append(0), append(1), append(2), append(0)],
      ...[ended('abort', 2), ended('abort', 0), append(1), ended('abort', 1)],
    ],
    'with keys like the one of an abort marker': [append(0, 3, true), append(0, 2), ended('abort', 0)],
    'several of one producer, and committed ones between them': [
      ...[append(0, 2), ended('abort', 0), append(0, 2), ended('commit', 0), append(0, 2), ended('abort', 0)],
    ],
  };

  for (const [what, steps] of Object.entries(cases)) {
    it(`are not delivered: ${what}`, async () => {
      const log = logOf(steps);
      assert.deepEqual(await readAll(log, 0n, 1_000_000, 100), log.committed);
    });
  }

  it('are not delivered, and all others are, wherever reading begins and however little comes at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        someSteps,
        fc.nat({ max: 60 }),
        fc.integer({ min: 1, max: 12_000 }),
        fc.integer({ min: 1, max: 12 }),
        async (steps, begin, room, atMost) => {
          const log = logOf(steps);
          const wanted = log.committed.filter((offset) => offset >= BigInt(begin));
          assert.deepEqual(await readAll(log, BigInt(begin), room, atMost), wanted);
        },
      ),
      { numRuns: 500 },
    );
  });
});
