import assert from 'node:assert/strict';
import type { NotificationSays } from '../../../src/ports/notification.js';
import type { JoinRequest, NotifiedEvidence } from '../../../src/ports/notification-store.js';
import type { QueuedEvent } from '../../../src/ports/store.js';
import { aNotification, TOLD_CAPTURED } from '../notifications.js';
import { captureOfPayment } from '../store.js';
import type { ConformanceCase } from './case.js';
import { after, claimed } from './steps.js';
import type { StoreUnderTest } from './store-under-test.js';

const ALL: JoinRequest = { parkedWithinMs: null, after: null, limit: 10 };

/** What a notification of a payment says that could decide it. */
function decisive(paymentId: string, label = ''): NotifiedEvidence {
  return { ...aNotification(TOLD_CAPTURED, captureOfPayment(paymentId), { label }), says: TOLD_CAPTURED };
}

const idsOf = (found: readonly { readonly notificationId: string }[]): readonly string[] =>
  found.map(({ notificationId }) => notificationId);

const textsOf = (queued: readonly QueuedEvent[]): readonly string[] => queued.map(({ eventId }) => eventId);

async function keptThree(store: StoreUnderTest): Promise<readonly string[]> {
  const three = ['first', 'second', 'third'].map((label) =>
    aNotification({ is: 'hint' }, undefined, { label }),
  );
  for (const notification of three) await store.keepNotification(notification);
  return idsOf(three);
}

export const NOTIFICATION_CASES: readonly ConformanceCase[] = [
  {
    name: 'a notification is kept and queued once, however often it comes',
    run: async (store) => {
      const notification = decisive('kept');
      await store.pass(5);
      assert.equal(await store.keepNotification(notification), 'stored');
      const before = await store.snapshot();
      assert.deepEqual(before.notifications, [notification]);
      assert.deepEqual(before.notificationQueue, [
        { notificationId: notification.notificationId, dueAt: after(5) },
      ]);
      assert.equal(await store.keepNotification({ ...notification, account: 'an alias' }), 'duplicate');
      assert.deepEqual(await store.snapshot(), before);
    },
  },
  {
    name: "a notification that can't be stored is refused",
    run: async (store) => {
      const good = decisive('refused');
      for (const bad of [
        { ...good, providerMessage: 'a\0b' },
        { ...good, notificationId: 'no hexadecimal' },
        { ...good, notificationId: 'abcd' },
        { ...good, captureReference: '' },
        { ...good, at: new Date(Number.NaN) },
      ])
        await assert.rejects(store.keepNotification(bad), { code: 'STORE_REFUSED_DATA' });
      const { notifications, notificationQueue } = await store.snapshot();
      assert.deepEqual([notifications, notificationQueue], [[], []]);
    },
  },
  {
    name: 'queued notifications are handed out in order, again until they are published',
    run: async (store) => {
      const [first, second, third] = await keptThree(store);
      const queue = store.openNotificationQueue();
      assert.deepEqual(await queue.acquire(), [0]);
      const taken = await queue.next(2);
      assert.deepEqual(textsOf(taken), [first, second]);
      assert.deepEqual(await queue.next(5), taken, 'what was taken comes again, and nothing else');
      await queue.published(taken.slice(0, 1).map(({ queueId }) => queueId));
      assert.deepEqual(textsOf(await queue.next(5)), [second]);
      await queue.published(taken.slice(1).map(({ queueId }) => queueId));
      assert.deepEqual(textsOf(await queue.next(5)), [third]);
      assert.deepEqual(idsOf((await store.snapshot()).notificationQueue), [third]);
    },
  },
  {
    name: 'what one process is publishing others leave alone for half a minute',
    run: async (store) => {
      const [first, second, third] = await keptThree(store);
      const [one, other] = [store.openNotificationQueue(), store.openNotificationQueue()];
      await one.next(2);
      assert.deepEqual(textsOf(await other.next(5)), [third]);
      await store.pass(29_999);
      assert.deepEqual(await store.openNotificationQueue().next(5), []);
      await store.pass(1);
      assert.deepEqual(textsOf(await store.openNotificationQueue().next(5)), [first, second, third]);
    },
  },
  {
    name: 'what a process lets go others have at once',
    run: async (store) => {
      const [first, second, third] = await keptThree(store);
      const [one, other] = [store.openNotificationQueue(), store.openNotificationQueue()];
      const taken = await one.next(2);
      await one.published(taken.slice(0, 1).map(({ queueId }) => queueId));
      await one.release();
      assert.deepEqual(textsOf(await other.next(5)), [second, third]);
      assert.deepEqual(await one.next(5), []);
      assert.notEqual(first, second);
    },
  },
  {
    name: "a queued notification has its topic's form, whatever it says",
    run: async (store) => {
      const said: readonly NotificationSays[] = [
        { ...TOLD_CAPTURED, money: { amount: 150_000n, currency: 'IQD' }, requestId: 'request' },
        { is: 'declined', category: 'funds', requestId: 'request' },
        { is: 'declined', category: 'risk' },
        { is: 'closed', category: 'expired' },
        { is: 'in_process' },
        { is: 'hint' },
      ];
      for (const [index, says] of said.entries())
        await store.keepNotification(aNotification(says, undefined, { label: String(index) }));
      const taken = await store.openNotificationQueue().next(10);
      const forms = taken.map(({ record }) => JSON.parse(String(record.value)) as Record<string, unknown>);
      assert.deepEqual(
        forms.map(({ says, amount, currency, requestId, category }) => [
          says,
          amount,
          currency,
          requestId,
          category,
        ]),
        [
          ['captured', '150000', 'IQD', 'request', null],
          ['declined', null, null, 'request', 'funds'],
          ['declined', null, null, null, 'risk'],
          ['closed', null, null, null, 'expired'],
          ['in_process', null, null, null, null],
          ['hint', null, null, null, null],
        ],
      );
      const { captureId } = captureOfPayment('pay-1');
      assert.ok(taken.every((queued) => queued.captureId === captureId));
    },
  },
  {
    name: 'a parked notification can be joined when its capture exists, whichever came first',
    run: async (store) => {
      const [early, late] = [decisive('early'), decisive('late')];
      await store.parked.park(early);
      assert.deepEqual(await store.parked.joinable(ALL), { found: [], end: null });
      await claimed(store, 'early');
      await claimed(store, 'late');
      await store.pass(1);
      await store.parked.park(late);
      const { found } = await store.parked.joinable(ALL);
      assert.deepEqual(found, [early, late]);
      await store.parked.joined(idsOf(found));
      assert.deepEqual(await store.parked.joinable(ALL), { found: [], end: null });
      await store.parked.joined([]);
      const { parked, notifications } = await store.snapshot();
      assert.deepEqual([parked.length, notifications.length], [0, 2]);
    },
  },
  {
    name: 'parking again changes nothing, and what was stored first is what counts',
    run: async (store) => {
      const notification = decisive('parked');
      await store.keepNotification(notification);
      const retold: NotifiedEvidence = {
        ...notification,
        raw: null,
        says: { is: 'closed', category: 'expired' },
      };
      await store.parked.park(retold);
      await store.pass(5);
      await store.parked.park(retold);
      const { captureId } = await claimed(store, 'parked');
      assert.deepEqual((await store.snapshot()).parked, [
        { notificationId: notification.notificationId, captureId, parkedAt: after(0) },
      ]);
      assert.deepEqual((await store.parked.joinable(ALL)).found, [notification]);
    },
  },
  {
    name: 'what is parked and not stored is brought along, and not queued',
    run: async (store) => {
      const notification = decisive('brought');
      await store.parked.park(notification);
      const { notifications, notificationQueue } = await store.snapshot();
      assert.deepEqual([notifications, notificationQueue], [[notification], []]);
    },
  },
  {
    name: 'a hint proves nothing, so one that was parked by mistake is not joined',
    run: async (store) => {
      const notification = decisive('hinted');
      await store.keepNotification({ ...notification, says: { is: 'hint' } });
      await store.parked.park(notification);
      await claimed(store, 'hinted');
      assert.deepEqual(await store.parked.joinable(ALL), { found: [], end: null });
    },
  },
  {
    name: 'parked notifications are looked at page by page, from the oldest on',
    run: async (store) => {
      const three = ['a', 'b', 'c'].map((label) => decisive('paged', label));
      const stranger = decisive('of nobody');
      for (const notification of [...three, stranger]) {
        await store.parked.park(notification);
        await store.pass(1_000);
      }
      await claimed(store, 'paged');
      const first = await store.parked.joinable({ ...ALL, limit: 2 });
      assert.deepEqual(first.found, three.slice(0, 2));
      assert.deepEqual(first.end, { parkedAt: after(1_000), notificationId: three[1]?.notificationId });
      const second = await store.parked.joinable({ ...ALL, limit: 2, after: first.end });
      assert.deepEqual(second.found, three.slice(2));
      assert.deepEqual(
        second.end,
        { parkedAt: after(3_000), notificationId: stranger.notificationId },
        'a page may end at one without a capture',
      );
      assert.deepEqual(await store.parked.joinable({ ...ALL, limit: 2, after: second.end }), {
        found: [],
        end: null,
      });
    },
  },
  {
    name: 'of those that were parked at once the one with the lower id is looked at first',
    run: async (store) => {
      const three = ['a', 'b', 'c'].map((label) => decisive('at once', label));
      for (const notification of three) await store.parked.park(notification);
      await claimed(store, 'at once');
      const inOrder = idsOf(three).toSorted();
      const first = await store.parked.joinable({ ...ALL, limit: 1 });
      const rest = await store.parked.joinable({ ...ALL, after: first.end });
      assert.deepEqual([...idsOf(first.found), ...idsOf(rest.found)], inOrder);
    },
  },
  {
    name: 'a look may reach back so far and no farther',
    run: async (store) => {
      await store.parked.park(decisive('in reach', 'old'));
      await store.pass(1);
      const young = decisive('in reach', 'young');
      await store.parked.park(young);
      await claimed(store, 'in reach');
      await store.pass(60_000);
      assert.deepEqual((await store.parked.joinable({ ...ALL, parkedWithinMs: 60_000 })).found, [young]);
      assert.equal((await store.parked.joinable({ ...ALL, parkedWithinMs: 60_001 })).found.length, 2);
    },
  },
];
