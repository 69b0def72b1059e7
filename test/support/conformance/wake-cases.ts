import assert from 'node:assert/strict';
import { CAPTURED } from '../captures.js';
import { captureOfPayment, pieceOf } from '../store.js';
import type { ConformanceCase } from './case.js';
import { after, claimed, failed, recorded, rowOf } from './steps.js';
import type { StoreUnderTest } from './store-under-test.js';

/** A capture whose inquiry is due 2.5 s after the clock's beginning. */
async function pending(store: StoreUnderTest, paymentId: string): Promise<string> {
  const { captureId } = await claimed(store, paymentId);
  await recorded(store, captureId, pieceOf(captureId, { is: 'unknown' }));
  return captureId;
}

export const WAKE_CASES: readonly ConformanceCase[] = [
  {
    name: 'an inquiry is woken once: then it is due',
    run: async (store) => {
      const captureId = await pending(store, 'woken');
      await store.pass(100);
      assert.equal(await store.wakeInquiry(captureId), true);
      assert.deepEqual((await rowOf(store, captureId))?.dueAt, after(100));
      assert.equal(await store.wakeInquiry(captureId), false);
      await store.pass(1);
      assert.equal(await store.wakeInquiry(captureId), false);
      assert.deepEqual((await rowOf(store, captureId))?.dueAt, after(100));
    },
  },
  {
    name: 'nothing else is woken: no send, no lapse, no outcome, nothing unknown, nothing of PayerMax',
    run: async (store) => {
      const planned = await claimed(store, 'planned', { start: null, dueInMs: 5_000 });
      const sending = await claimed(store, 'sending');
      const ended = await claimed(store, 'ended');
      await recorded(store, ended.captureId, pieceOf(ended.captureId, CAPTURED));
      const unaskable = await claimed(store, 'unaskable', { of: { provider: 'payermax' } });
      await recorded(store, unaskable.captureId, pieceOf(unaskable.captureId, { is: 'unknown' }));
      const refused = await failed(store, 'unaskable-failed', { provider: 'payermax' });
      const before = await store.snapshot();
      for (const { captureId } of [planned, sending, ended, unaskable, refused, captureOfPayment('nobody')])
        assert.equal(await store.wakeInquiry(captureId), false);
      assert.deepEqual(await store.snapshot(), before);
    },
  },
  {
    name: 'one that has failed is put on the schedule for an inquiry, once',
    run: async (store) => {
      const { captureId } = await failed(store, 'failed');
      await store.pass(10);
      assert.equal(await store.wakeInquiry(captureId), true);
      assert.deepEqual(await rowOf(store, captureId), {
        captureId,
        account: 'shop',
        action: 'inquire',
        dueAt: after(10),
      });
      assert.equal(await store.wakeInquiry(captureId), false);
      const [due] = await store.captures.takeDue({
        actions: ['inquire'],
        rooms: new Map(),
        limit: 1,
        takenForMs: 1_000,
      });
      assert.deepEqual([due?.action, due?.capture.status.state], ['inquire', 'failed']);
    },
  },
  {
    name: 'a promised inquiry is made due no later than promised',
    run: async (store) => {
      const captureId = await pending(store, 'promised');
      assert.equal(await store.wakeAsPromised({ captureId, sequence: 1, at: after(2_000) }), true);
      assert.deepEqual((await rowOf(store, captureId))?.dueAt, after(2_000));
      assert.equal(await store.wakeAsPromised({ captureId, sequence: 1, at: after(2_000) }), false);
    },
  },
  {
    name: 'a promise is kept only if it is still to come, comes earlier, and was the last',
    run: async (store) => {
      const captureId = await pending(store, 'not-promised');
      const planned = await claimed(store, 'not-asked', { start: null, dueInMs: 9_000 });
      await store.pass(1_000);
      const before = await store.snapshot();
      for (const promised of [
        { captureId, sequence: 1, at: after(1_000) },
        { captureId, sequence: 1, at: after(2_501) },
        { captureId, sequence: 2, at: after(2_000) },
        { captureId: planned.captureId, sequence: 0, at: after(2_000) },
        { captureId: captureOfPayment('nobody').captureId, sequence: 1, at: after(2_000) },
      ])
        assert.equal(await store.wakeAsPromised(promised), false);
      assert.deepEqual(await store.snapshot(), before);
    },
  },
  {
    name: 'what waits for a person is not woken',
    run: async (store) => {
      const { captureId } = await claimed(store, 'never', { of: { provider: 'payermax' } });
      await recorded(store, captureId, pieceOf(captureId, { is: 'foreign' }));
      assert.equal(await store.wakeInquiry(captureId), false);
      assert.equal(await store.wakeAsPromised({ captureId, sequence: 1, at: after(5) }), false);
      assert.equal((await rowOf(store, captureId))?.dueAt, null);
    },
  },
];
