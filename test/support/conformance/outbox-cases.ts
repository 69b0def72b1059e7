import assert from 'node:assert/strict';
import { CAPTURED } from '../captures.js';
import { captureOfPayment, pieceOf } from '../store.js';
import type { QueuedEvent } from '../../../src/ports/store.js';
import type { ConformanceCase } from './case.js';
import { claimed, recorded } from './steps.js';
import type { StoreUnderTest } from './store-under-test.js';

const SHARDS = [0, 1, 2, 3, 4, 5, 6, 7];

/** A capture with two events: pending, then succeeded. */
async function withTwoEvents(store: StoreUnderTest, paymentId: string): Promise<string> {
  const { captureId } = await claimed(store, paymentId);
  await recorded(store, captureId, pieceOf(captureId, { is: 'unknown' }));
  await recorded(store, captureId, pieceOf(captureId, CAPTURED, { label: 'later' }));
  return captureId;
}

const told = (events: readonly QueuedEvent[]): readonly (readonly [string, string])[] =>
  events.map(({ captureId, record }) => [captureId, record.topic] as const);

const queueIds = (events: readonly QueuedEvent[]): readonly bigint[] => events.map(({ queueId }) => queueId);

/** Payments whose captures are on one shard: the first that there are. */
function paymentsOnOneShard(count: number): readonly string[] {
  const shardOf = (paymentId: string): number =>
    Number.parseInt(captureOfPayment(paymentId).captureId.slice(-2), 16) % SHARDS.length;
  return Array.from({ length: 1_000 }, (_, index) => `shared-${String(index)}`)
    .filter((paymentId) => shardOf(paymentId) === 3)
    .slice(0, count);
}

export const OUTBOX_CASES: readonly ConformanceCase[] = [
  {
    name: 'one event of each capture is handed out, the lowest sequence first, until it is published',
    run: async (store) => {
      const one = await withTwoEvents(store, 'in-turn-1');
      const other = await withTwoEvents(store, 'in-turn-2');
      const outbox = store.openOutbox();
      assert.deepEqual(await outbox.acquire(), SHARDS);
      const first = await outbox.next(10);
      assert.deepEqual(told(first), [
        [one, 'capture.pending'],
        [other, 'capture.pending'],
      ]);
      assert.deepEqual(await outbox.next(10), first);
      await outbox.published(queueIds(first.slice(0, 1)));
      const second = await outbox.next(10);
      assert.deepEqual(told(second), [
        [one, 'capture.succeeded'],
        [other, 'capture.pending'],
      ]);
      await outbox.published(queueIds(second));
      await outbox.published([]);
      await outbox.published(queueIds(await outbox.next(10)));
      assert.deepEqual(await outbox.next(10), []);
      const { queue, events } = await store.snapshot();
      assert.deepEqual([queue.length, events.length], [0, 4]);
    },
  },
  {
    name: 'an event is handed out as it was stored, in the order in which it was queued',
    run: async (store) => {
      for (let index = 0; index < 20; index += 1) await withTwoEvents(store, `ordered-${String(index)}`);
      const outbox = store.openOutbox();
      await outbox.acquire();
      const { events, queue } = await store.snapshot();
      const handedOut = await outbox.next(100);
      assert.deepEqual(
        handedOut.map(({ eventId }) => eventId),
        queue.filter((_, index) => index % 2 === 0),
      );
      for (const { eventId, captureId, record } of handedOut) {
        const event = events.find((stored) => stored.eventId === eventId);
        assert.deepEqual([captureId, record], [event?.captureId, event?.record]);
      }
      assert.deepEqual(await outbox.next(7), handedOut.slice(0, 7));
    },
  },
  {
    name: 'a shard is held by one at a time, and falls to others when it is released',
    run: async (store) => {
      await withTwoEvents(store, 'handed-over');
      const [one, other] = [store.openOutbox(), store.openOutbox()];
      await assert.rejects(one.next(10), { code: 'STORE_UNAVAILABLE' });
      assert.deepEqual(await one.acquire(), SHARDS);
      assert.deepEqual(await other.acquire(), []);
      assert.deepEqual(await other.next(10), []);
      await one.release();
      await assert.rejects(one.next(10), { code: 'STORE_UNAVAILABLE' });
      assert.deepEqual(await other.acquire(), SHARDS);
      assert.deepEqual(await other.acquire(), SHARDS);
      assert.equal((await other.next(10)).length, 1);
      assert.deepEqual(await one.acquire(), []);
    },
  },
  {
    name: 'when the connection that holds shards is lost they are free, and who held them is told',
    run: async (store) => {
      await withTwoEvents(store, 'lost');
      const [one, other] = [store.openOutbox(), store.openOutbox()];
      await one.acquire();
      const [event] = await one.next(10);
      assert.ok(event !== undefined);
      await one.interrupt();
      await assert.rejects(one.next(10), { code: 'STORE_UNAVAILABLE' });
      await one.published([event.queueId]);
      assert.deepEqual(await other.acquire(), SHARDS);
      assert.deepEqual(told(await other.next(10)), [[event.captureId, 'capture.succeeded']]);
      assert.deepEqual(await one.acquire(), []);
      await other.release();
      assert.deepEqual(await one.acquire(), SHARDS);
    },
  },
  {
    name: "of a shard no more than the limit is looked at, so events of one capture can hide another's",
    run: async (store) => {
      const [hiding = '', hidden = ''] = paymentsOnOneShard(2);
      const first = await withTwoEvents(store, hiding);
      const second = await withTwoEvents(store, hidden);
      const outbox = store.openOutbox();
      await outbox.acquire();
      assert.deepEqual(told(await outbox.next(2)), [[first, 'capture.pending']]);
      assert.deepEqual(told(await outbox.next(3)), [
        [first, 'capture.pending'],
        [second, 'capture.pending'],
      ]);
    },
  },
];
