import assert from 'node:assert/strict';
import type { DueCapture, TakeDueRequest } from '../../../src/ports/store.js';
import { CAPTURED } from '../captures.js';
import { pieceOf } from '../store.js';
import type { ConformanceCase } from './case.js';
import { after, claimed, DECLINED, recorded, rowOf } from './steps.js';
import type { StoreUnderTest } from './store-under-test.js';

function take(store: StoreUnderTest, change: Partial<TakeDueRequest> = {}): Promise<readonly DueCapture[]> {
  return store.captures.takeDue({
    actions: ['send', 'lapse', 'inquire'],
    rooms: new Map(),
    limit: 100,
    takenForMs: 10_000,
    ...change,
  });
}

const paymentsOf = (due: readonly DueCapture[]): readonly string[] =>
  due.map(({ capture }) => capture.paymentId);

/** Plans payments of an account, each due 1 ms after the one before it. */
async function planned(store: StoreUnderTest, account: string, count: number, from = 0): Promise<void> {
  for (let index = 1; index <= count; index += 1) {
    const dueInMs = from + index;
    await claimed(store, `${account}-${String(index)}`, { start: null, dueInMs, of: { account } });
  }
}

export const DUE_CASES: readonly ConformanceCase[] = [
  {
    name: 'what is due is taken, the oldest first, and left alone until the time for it has passed',
    run: async (store) => {
      await planned(store, 'shop', 3);
      assert.deepEqual(await take(store), []);
      await store.pass(2);
      const due = await take(store);
      assert.deepEqual(paymentsOf(due), ['shop-1', 'shop-2']);
      const [first] = due;
      assert.deepEqual(
        [first?.action, first?.takenAt, first?.paused, first?.capture.status.state],
        ['send', after(2), false, 'planned'],
      );
      assert.deepEqual((await rowOf(store, first?.capture.captureId ?? ''))?.dueAt, after(10_002));
      await store.pass(1);
      assert.deepEqual(paymentsOf(await take(store)), ['shop-3']);
      await store.pass(9_998);
      assert.deepEqual(await take(store), []);
      await store.pass(1);
      assert.deepEqual(paymentsOf(await take(store)), ['shop-1', 'shop-2']);
    },
  },
  {
    name: 'only what is to be done is taken',
    run: async (store) => {
      await claimed(store, 'to-send', { start: null });
      const asked = await claimed(store, 'to-ask');
      await recorded(store, asked.captureId, pieceOf(asked.captureId, { is: 'unknown' }));
      await claimed(store, 'to-lapse', { start: { leaseMs: 1_000 } });
      await store.pass(5_000);
      assert.deepEqual(paymentsOf(await take(store, { actions: ['inquire'] })), ['to-ask']);
      assert.deepEqual(paymentsOf(await take(store, { actions: ['lapse'] })), ['to-lapse']);
      assert.deepEqual(paymentsOf(await take(store, { actions: [] })), []);
      assert.deepEqual(paymentsOf(await take(store)), ['to-send']);
    },
  },
  {
    name: 'a lapse is taken when its lease has run out, not before',
    run: async (store) => {
      const claim = await claimed(store, 'lapsing', { start: { leaseMs: 30_000 } });
      await store.pass(29_999);
      assert.deepEqual(await take(store), []);
      await store.pass(1);
      const [due, ...others] = await take(store);
      assert.deepEqual([due?.action, due?.capture, others], ['lapse', claim, []]);
    },
  },
  {
    name: 'an account with a room of its own has as many taken as there is room for, the oldest first',
    run: async (store) => {
      await planned(store, 'full', 2);
      await planned(store, 'roomy', 4);
      await planned(store, 'others', 2);
      await store.pass(1_000);
      const rooms = new Map([
        ['full', 0],
        ['roomy', 3],
      ]);
      assert.deepEqual(paymentsOf(await take(store, { rooms })).toSorted(), [
        'others-1',
        'others-2',
        'roomy-1',
        'roomy-2',
        'roomy-3',
      ]);
      assert.deepEqual(paymentsOf(await take(store, { rooms, limit: 0 })), ['roomy-4']);
      assert.deepEqual(paymentsOf(await take(store)), ['full-1', 'full-2']);
    },
  },
  {
    name: 'what an account sends and asks shares its room',
    run: async (store) => {
      await planned(store, 'shop', 2, 10_000);
      const asked = await claimed(store, 'asked');
      await recorded(store, asked.captureId, pieceOf(asked.captureId, { is: 'unknown' }));
      await store.pass(20_000);
      const rooms = new Map([['shop', 2]]);
      assert.deepEqual(paymentsOf(await take(store, { rooms })), ['asked', 'shop-1']);
    },
  },
  {
    name: 'a lapse needs no room',
    run: async (store) => {
      await claimed(store, 'lapsing', { start: { leaseMs: 1_000 } });
      await planned(store, 'shop', 1);
      await store.pass(1_000);
      assert.deepEqual(paymentsOf(await take(store, { rooms: new Map([['shop', 0]]) })), ['lapsing']);
      assert.deepEqual(paymentsOf(await take(store, { rooms: new Map([['shop', 1]]), limit: 0 })), [
        'shop-1',
      ]);
    },
  },
  {
    name: 'of more than the limit the accounts take turns, the oldest of each first',
    run: async (store) => {
      await planned(store, 'big', 5);
      await planned(store, 'small', 2, 100);
      await store.pass(1_000);
      assert.deepEqual(paymentsOf(await take(store, { limit: 3 })), ['big-1', 'big-2', 'small-1']);
      assert.deepEqual(paymentsOf(await take(store, { limit: 1 })), ['big-3']);
      assert.deepEqual(paymentsOf(await take(store, { limit: 2 })), ['big-4', 'small-2']);
    },
  },
  {
    name: 'what waits for a paused account is told as paused, and left alone for a minute once subscribers know it',
    run: async (store) => {
      const { captureId } = await claimed(store, 'paused', { start: null });
      await store.pause('shop');
      const [first] = await take(store);
      assert.equal(first?.paused, true);
      assert.deepEqual((await rowOf(store, captureId))?.dueAt, after(10_000));
      await store.pass(60_000);
      await recorded(store, captureId);
      await store.pass(1_000);
      assert.deepEqual(paymentsOf(await take(store)), ['paused']);
      assert.deepEqual((await rowOf(store, captureId))?.dueAt, after(121_000));
      await store.pass(60_000);
      await take(store, { takenForMs: 90_000 });
      assert.deepEqual((await rowOf(store, captureId))?.dueAt, after(211_000));
    },
  },
  {
    name: 'an inquiry of a paused account is taken as any other',
    run: async (store) => {
      const { captureId } = await claimed(store, 'asked-all-the-same');
      await recorded(store, captureId, pieceOf(captureId, { is: 'unknown' }));
      await store.pause('shop');
      await store.pass(5_000);
      const [due] = await take(store);
      assert.deepEqual([due?.action, due?.paused], ['inquire', true]);
      assert.deepEqual((await rowOf(store, captureId))?.dueAt, after(15_000));
    },
  },
  {
    name: 'what waits for a person is never taken',
    run: async (store) => {
      const { captureId } = await claimed(store, 'never', { of: { provider: 'payermax' } });
      const wrong = pieceOf(captureId, { is: 'foreign' });
      await recorded(store, captureId, wrong);
      assert.deepEqual((await rowOf(store, captureId))?.dueAt, null);
      await store.pass(365 * 86_400_000);
      assert.deepEqual(await take(store), []);
    },
  },
  {
    name: 'what was planned so long ago that subscribers must know is found, until they were told',
    run: async (store) => {
      const request = { unsentForMs: 60_000, contradictedForMs: 900_000, limit: 10 };
      const { captureId } = await claimed(store, 'unsent', { start: null, dueInMs: 1_000_000 });
      await claimed(store, 'sent');
      await store.pass(59_999);
      assert.deepEqual(await store.waiting.overlooked(request), []);
      await store.pass(1);
      assert.deepEqual(await store.waiting.overlooked(request), [captureId]);
      assert.deepEqual(await store.waiting.overlooked({ ...request, limit: 0 }), []);
      await recorded(store, captureId);
      assert.deepEqual(await store.waiting.overlooked(request), []);
    },
  },
  {
    name: 'what has been contradicted for so long that a person must look is found, until it is known to',
    run: async (store) => {
      const request = { unsentForMs: 60_000, contradictedForMs: 900_000, limit: 10 };
      const { captureId } = await claimed(store, 'contradicted');
      await recorded(store, captureId, pieceOf(captureId, CAPTURED));
      const told = pieceOf(captureId, DECLINED, { kind: 'notification', attempt: null });
      await recorded(store, captureId, told);
      await store.pass(899_999);
      assert.deepEqual(await store.waiting.overlooked(request), []);
      await store.pass(1);
      assert.deepEqual(await store.waiting.overlooked(request), [captureId]);
      assert.equal((await recorded(store, captureId)).review, 'contradicted');
      assert.deepEqual(await store.waiting.overlooked(request), []);
    },
  },
];
