import type { StandIn } from '../../../simulation/store/database.js';
import { createStandIn } from '../../../simulation/store/database.js';
import type { Weakness } from '../../../simulation/store/weakness.js';
import { EPOCH } from '../captures.js';
import { later } from '../stand-in.js';
import { notificationEncoding, testEncode, testFold, testLicence } from '../store.js';
import type { Snapshot, StoreUnderTest } from './store-under-test.js';
import { comparable } from './store-under-test.js';

/** The stand-in behind the ports of the store; each operation is made when it is asked for, and heard of later. */
export function standInUnderTest(weakened: readonly Weakness[] = []): StoreUnderTest {
  let now = EPOCH.getTime();
  const rules = { fold: testFold };
  let store = create();

  function create(): StandIn {
    return createStandIn({
      fold: (capture, evidence, at) => rules.fold(capture, evidence, at),
      licenceOf: testLicence,
      encode: testEncode,
      encodeNotification: notificationEncoding,
      now: () => new Date(now),
      weakened: new Set(weakened),
    });
  }

  return {
    rules,
    captures: {
      claim: later((requests) => store.claim(requests)),
      start: later((requests) => store.start(requests)),
      record: later((requests) => store.record(requests)),
      takeDue: later((request) => store.takeDue(request)),
    },
    waiting: { overlooked: later((request) => store.overlooked(request)) },
    parked: {
      park: later((notification) => {
        store.park(notification);
      }),
      joinable: later((request) => store.joinable(request)),
      joined: later((notificationIds) => {
        store.joined(notificationIds);
      }),
    },
    operator: {
      act: later((action, decide) => store.act(action, decide)),
      hear: later((action, pieces) => store.hear(action, pieces)),
      standing: later((captureId) => store.standing(captureId)),
    },
    askNow: later((action, decide) => store.askNow(action, decide)),
    wakeInquiry: later((captureId) => store.wakeInquiry(captureId)),
    wakeAsPromised: later((promised) => store.wakeAsPromised(promised)),
    keepNotification: later((notification) => store.keepNotification(notification)),
    openOutbox: () => {
      const outbox = store.openOutbox();
      return {
        acquire: later(outbox.acquire),
        next: later(outbox.next),
        published: later(outbox.published),
        release: later(outbox.release),
        interrupt: later(outbox.interrupt),
      };
    },
    openNotificationQueue: () => {
      const queue = store.openNotificationQueue();
      return {
        acquire: later(queue.acquire),
        next: later(queue.next),
        published: later(queue.published),
        release: later(queue.release),
      };
    },
    pause: later((account) => store.pause(account)),
    resume: later((account) => store.resume(account)),
    pass: later((ms) => {
      now += ms;
    }),
    snapshot: later(() => snapshotOf(store)),
    reset: later(() => {
      now = EPOCH.getTime();
      rules.fold = testFold;
      store = create();
    }),
  };
}

function snapshotOf({ views }: StandIn): Snapshot {
  const by =
    <Row>(key: (row: Row) => string) =>
    (one: Row, other: Row): number =>
      key(one) < key(other) ? -1 : 1;
  return {
    captures: [...views.captures.values()]
      .map(({ capture, evidence }) => ({
        capture,
        evidence: [...evidence.values()].map(comparable).toSorted(by(({ evidenceId }) => evidenceId)),
      }))
      .toSorted(by(({ capture }) => capture.captureId)),
    schedule: [...views.schedule.values()]
      .map((row) => ({ ...row, dueAt: row.dueAt === Infinity ? null : new Date(row.dueAt) }))
      .toSorted(by(({ captureId }) => captureId)),
    attempts: views.attempts.toSorted(by(({ attemptId }) => attemptId)),
    events: views.outbox
      .map(({ event: { eventId, captureId, sequence, type }, record, createdAt }) => ({
        eventId,
        captureId,
        sequence,
        type,
        createdAt,
        record,
      }))
      .toSorted(by(({ eventId }) => eventId)),
    queue: [...views.outboxQueue.values()].map(({ event }) => event.eventId),
    notifications: [...views.notifications.values()].toSorted(by(({ notificationId }) => notificationId)),
    notificationQueue: [...views.notificationQueue.values()].map(({ notificationId, dueAt }) => ({
      notificationId,
      dueAt: new Date(dueAt),
    })),
    parked: [...views.parked.values()].toSorted(by(({ notificationId }) => notificationId)),
    actions: [...views.actions.values()].toSorted(by(({ actionId }) => actionId)),
  };
}
