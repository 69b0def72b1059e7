import assert from 'node:assert/strict';
import { attemptIdOf, requestIdOf } from '../../../src/capture/ids.js';
import { captureOfPayment, pieceOf } from '../store.js';
import type { ConformanceCase } from './case.js';
import { after, claimed, foundUncaptured, onlyCapture, recorded, rowOf, startedAgain } from './steps.js';

export const START_CASES: readonly ConformanceCase[] = [
  {
    name: 'a planned capture is started under a lease, with its attempt on record',
    run: async (store) => {
      const { captureId, requestId } = await claimed(store, 'to-start', { start: null });
      await store.pass(100);
      const capture = await startedAgain(store, captureId);
      assert.deepEqual(capture?.status, { state: 'sending', attempt: 1 });
      assert.deepEqual(capture.leaseUntil, after(60_100));
      const snapshot = await store.snapshot();
      assert.deepEqual(onlyCapture(snapshot), capture);
      assert.deepEqual(snapshot.schedule, [
        { captureId, account: 'shop', action: 'lapse', dueAt: after(60_100) },
      ]);
      assert.deepEqual(snapshot.attempts, [
        {
          attemptId: attemptIdOf(captureId, 1),
          captureId,
          number: 1,
          generation: 1,
          requestId,
          worker: 'worker-2',
          startedAt: after(100),
          leaseUntil: after(60_100),
        },
      ]);
    },
  },
  {
    name: 'what has no licence, or is unknown, is not started, and nothing changes',
    run: async (store) => {
      const planned = await claimed(store, 'planned', { start: null });
      const sending = await claimed(store, 'sending');
      const pending = await claimed(store, 'pending');
      await recorded(store, pending.captureId, pieceOf(pending.captureId, { is: 'unknown' }));
      const unknown = captureOfPayment('never-claimed');
      const results = await store.captures.start(
        [unknown, sending, planned, pending].map(({ captureId }) => ({
          captureId,
          leaseMs: 1_000,
          worker: 'worker-2',
        })),
      );
      assert.deepEqual(
        results.map((capture) => capture?.captureId ?? null),
        [null, null, planned.captureId, null],
      );
      assert.equal((await store.snapshot()).attempts.length, 3);
    },
  },
  {
    name: 'while a lease runs, and after it until its lapse is recorded, no other attempt starts',
    run: async (store) => {
      const { captureId } = await claimed(store, 'leased', { start: null });
      assert.notEqual(await startedAgain(store, captureId), null);
      const before = await store.snapshot();
      assert.equal(await startedAgain(store, captureId, 'worker-3'), null);
      await store.pass(60_001);
      assert.equal(await startedAgain(store, captureId, 'worker-3'), null);
      assert.deepEqual(await store.snapshot(), before);
    },
  },
  {
    name: 'through a paused account nothing is started until it is resumed',
    run: async (store) => {
      const { captureId } = await claimed(store, 'paused-start', { start: null });
      const other = await claimed(store, 'elsewhere', { start: null, of: { account: 'other' } });
      assert.equal(await store.pause('shop'), true);
      assert.equal(await store.pause('shop'), false);
      const before = await store.snapshot();
      assert.equal(await startedAgain(store, captureId), null);
      assert.deepEqual(await store.snapshot(), before);
      assert.notEqual(await startedAgain(store, other.captureId), null);
      assert.equal(await store.resume('shop'), true);
      assert.equal(await store.resume('shop'), false);
      assert.notEqual(await startedAgain(store, captureId), null);
    },
  },
  {
    name: 'a licensed resend is the next attempt of the same request',
    run: async (store) => {
      const { captureId, requestId } = await claimed(store, 'resent', {
        of: { body: Buffer.from('as first built') },
      });
      await recorded(store, captureId, pieceOf(captureId, { is: 'unknown' }));
      assert.equal(await startedAgain(store, captureId), null);
      await foundUncaptured(store, captureId, 'first');
      const capture = await startedAgain(store, captureId);
      assert.deepEqual(capture?.status, { state: 'sending', attempt: 2 });
      assert.deepEqual(
        [capture.requestId, capture.generation, capture.attemptsBefore, capture.body],
        [requestId, 1, 0, Buffer.from('as first built')],
      );
      assert.deepEqual(onlyCapture(await store.snapshot()), capture);
      assert.equal((await rowOf(store, captureId))?.action, 'lapse');
    },
  },
  {
    name: 'a request id that is refused three times gives way to the next one, in the body too',
    run: async (store) => {
      const planned = captureOfPayment('burnt');
      const { captureId } = await claimed(store, 'burnt', {
        of: { body: Buffer.from(`id=${planned.requestId}&amount=150000`) },
      });
      for (const attempt of [1, 2, 3]) {
        await recorded(store, captureId, pieceOf(captureId, { is: 'id_taken' }, { attempt }));
        await foundUncaptured(store, captureId, `after ${String(attempt)}`);
        await startedAgain(store, captureId);
      }
      const snapshot = await store.snapshot();
      const capture = onlyCapture(snapshot);
      const next = requestIdOf(captureId, 2);
      assert.deepEqual(
        [capture.generation, capture.requestId, capture.attempts, capture.attemptsBefore],
        [2, next, 4, 3],
      );
      assert.deepEqual(capture.body, Buffer.from(`id=${next}&amount=150000`));
      assert.deepEqual(
        snapshot.attempts
          .toSorted((one, other) => one.number - other.number)
          .map(({ number, generation, requestId }) => [number, generation, requestId]),
        [
          [1, 1, planned.requestId],
          [2, 1, planned.requestId],
          [3, 1, planned.requestId],
          [4, 2, next],
        ],
      );
    },
  },
  {
    name: 'a batch of starts that names a capture twice is refused',
    run: async (store) => {
      const { captureId } = await claimed(store, 'twice-started', { start: null });
      const request = { captureId, leaseMs: 1_000, worker: 'worker-2' };
      await assert.rejects(store.captures.start([request, request]), { code: 'STORE_REFUSED_DATA' });
      assert.deepEqual((await store.snapshot()).attempts, []);
    },
  },
];
