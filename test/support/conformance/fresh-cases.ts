import assert from 'node:assert/strict';
import type { Capture } from '../../../src/capture/capture.js';
import type { Evidence } from '../../../src/capture/evidence.js';
import type { RecordRequest } from '../../../src/ports/store.js';
import { CAPTURED } from '../captures.js';
import { pieceOf } from '../store.js';
import type { ConformanceCase } from './case.js';
import { after, claimed, DECLINED, inquiryNow, onlyCapture, recorded, rowOf } from './steps.js';
import type { StoreUnderTest } from './store-under-test.js';

/** What the one says who claimed the capture, and who has heard of nothing else since. */
function freshly(capture: Capture, now: Date, ...pieces: Evidence[]): RecordRequest {
  return { captureId: capture.captureId, pieces, fresh: { capture, now } };
}

async function recordFresh(store: StoreUnderTest, request: RecordRequest): Promise<Capture | null> {
  const [capture] = await store.captures.record([request]);
  return capture ?? null;
}

export const FRESH_CASES: readonly ConformanceCase[] = [
  {
    name: 'a first answer that ends a capture is written as any other, told at the time that comes with it',
    run: async (store) => {
      const capture = await claimed(store, 'fresh');
      await store.pass(900);
      const answer = pieceOf(capture.captureId, CAPTURED);
      const ended = await recordFresh(store, freshly(capture, after(700), answer));
      assert.equal(ended?.status.state, 'succeeded');
      const snapshot = await store.snapshot();
      assert.deepEqual(snapshot.captures, [{ capture: ended, evidence: [answer] }]);
      assert.deepEqual(snapshot.schedule, []);
      const [event] = snapshot.events;
      assert.ok(event !== undefined);
      assert.deepEqual(event.createdAt, after(900));
      assert.match(String(event.record.value), /"occurredAt":"2026-03-01T12:00:00.700Z"/);
      assert.deepEqual(snapshot.queue, [event.eventId]);
      assert.deepEqual(await recordFresh(store, freshly(capture, after(800), answer)), ended);
      assert.deepEqual(await store.snapshot(), snapshot);
    },
  },
  {
    name: "a first answer that leaves it open is written the ordinary way, at the store's time",
    run: async (store) => {
      const capture = await claimed(store, 'fresh-open');
      await store.pass(1_000);
      const answer = pieceOf(capture.captureId, { is: 'unknown' });
      const open = await recordFresh(store, freshly(capture, after(0), answer));
      assert.equal(open?.status.state, 'pending');
      assert.deepEqual((await rowOf(store, capture.captureId))?.dueAt, after(3_500));
    },
  },
  {
    name: 'what has come since the claim counts beside a first answer',
    run: async (store) => {
      const capture = await claimed(store, 'fresh-late');
      const { captureId } = capture;
      const notified = pieceOf(captureId, DECLINED, { kind: 'notification', attempt: null });
      await recorded(store, captureId, notified);
      const ended = await recordFresh(store, freshly(capture, after(1), pieceOf(captureId, CAPTURED)));
      const snapshot = await store.snapshot();
      assert.deepEqual(onlyCapture(snapshot), ended);
      assert.equal(snapshot.captures[0]?.evidence.length, 2);
      assert.equal(snapshot.events.length, ended?.sequence);
      assert.equal(ended?.status.state, 'failed');
      assert.notEqual(ended.contradictedAt, null);
    },
  },
  {
    name: 'what has come since the claim counts beside a first answer, also if it has changed nothing',
    run: async (store) => {
      const capture = await claimed(store, 'fresh-unchanged');
      const { captureId } = capture;
      const notified = pieceOf(captureId, { is: 'in_process' }, { kind: 'notification', attempt: null });
      assert.deepEqual(await recorded(store, captureId, notified), capture);
      await recordFresh(store, freshly(capture, after(1), pieceOf(captureId, CAPTURED)));
      const inquired = await recorded(
        store,
        captureId,
        await inquiryNow(store, captureId, CAPTURED, 'asked'),
      );
      assert.equal(inquired.status.state, 'succeeded');
      assert.equal((await store.snapshot()).captures[0]?.evidence.length, 3);
    },
  },
  {
    name: 'under another lease it is another claim: the capture is folded as it is',
    run: async (store) => {
      const capture = await claimed(store, 'fresh-other');
      const stale = { ...capture, orderId: 'an order that was lost', leaseUntil: after(59_999) };
      const ended = await recordFresh(store, freshly(stale, after(1), pieceOf(capture.captureId, CAPTURED)));
      assert.equal(ended?.orderId, capture.orderId);
      const snapshot = await store.snapshot();
      assert.deepEqual(onlyCapture(snapshot), ended);
      assert.match(String(snapshot.events[0]?.record.value), new RegExp(capture.orderId));
    },
  },
  {
    name: 'evidence that comes with the claim of another capture is an error',
    run: async (store) => {
      const [one, other] = [await claimed(store, 'one'), await claimed(store, 'other')];
      const request = {
        ...freshly(one, after(1), pieceOf(other.captureId, CAPTURED)),
        captureId: other.captureId,
      };
      await assert.rejects(recordFresh(store, request), /came with the claim/);
      assert.deepEqual((await store.snapshot()).events, []);
    },
  },
  {
    name: 'a batch may hold fresh ones and others, and ones that are no more',
    run: async (store) => {
      const fresh = await claimed(store, 'fresh-in-batch');
      const other = await claimed(store, 'other-in-batch');
      const changed = await claimed(store, 'changed-in-batch');
      await recorded(store, changed.captureId, pieceOf(changed.captureId, { is: 'unknown' }));
      const results = await store.captures.record([
        freshly(changed, after(1), pieceOf(changed.captureId, CAPTURED, { label: 'later' })),
        { captureId: other.captureId, pieces: [pieceOf(other.captureId, DECLINED)] },
        freshly(fresh, after(1), pieceOf(fresh.captureId, CAPTURED)),
      ]);
      assert.deepEqual(
        results.map((capture) => [capture?.captureId, capture?.status.state, capture?.sequence]),
        [
          [changed.captureId, 'succeeded', 2],
          [other.captureId, 'failed', 1],
          [fresh.captureId, 'succeeded', 1],
        ],
      );
    },
  },
];
