import type { Refusal, Standing } from '../../src/capture/operator.js';
import type { StoredNotification } from '../../src/ports/notification.js';
import type { ParkedNotifications } from '../../src/ports/notification-store.js';
import type { Acted, CaptureAction, OperatorStore } from '../../src/ports/operator.js';
import type { AccountPause } from '../../src/ports/pauses.js';
import type { CaptureStore, PromisedInquiry, WaitingStore } from '../../src/ports/store.js';
import { claim } from './claim.js';
import { admitted, copyOf } from './copies.js';
import type { NotificationQueue } from './notification-queue.js';
import { openNotificationQueue } from './notification-queue.js';
import { joinable, joined, keepNotification, park } from './notifications.js';
import { act, askNow, hear, standing } from './operator.js';
import type { OutboxSession, ShardLocks } from './outbox.js';
import { openOutbox } from './outbox.js';
import { overlooked } from './overlooked.js';
import { listPauses, pause, resume } from './pauses.js';
import { record } from './record.js';
import { rulesOf } from './rules.js';
import type { StandInOptions } from './session.js';
import { createSession } from './session.js';
import { start } from './start.js';
import type { Synchronous } from './synchronous.js';
import { takeDue } from './take-due.js';
import type { Views } from './views.js';
import { viewsOf } from './views.js';
import { wakeAsPromised, wakeInquiry } from './wake.js';

export type { StandInOptions } from './session.js';

/**
 * The database of a simulation: it stands in for PostgreSQL behind the ports of the store, and for the triggers and constraints of the schema.
 * Every operation is one transaction that is over when it returns, so which of several comes first is the simulation's choice. Nothing that
 * is given or returned is shared with it.
 *
 * What follows from evidence is worked out by the store's own code; what PostgreSQL does is done anew here, and held against it by the
 * tests that both pass.
 */
export interface StandIn
  extends
    Synchronous<CaptureStore>,
    Synchronous<WaitingStore>,
    Synchronous<ParkedNotifications>,
    Synchronous<OperatorStore> {
  askNow(action: CaptureAction, decide: (standing: Standing) => Refusal | null): Acted | null;
  wakeInquiry(captureId: string): boolean;
  wakeAsPromised(promised: PromisedInquiry): boolean;
  keepNotification(notification: StoredNotification): 'stored' | 'duplicate';
  /** The outbox for one process. */
  openOutbox(): OutboxSession;
  /** The queue of notifications for one process. */
  openNotificationQueue(): NotificationQueue;
  /** Nothing is sent through the account from now on; false if it was paused already. */
  pause(account: string): boolean;
  /** Ends the pause of an account; false if there was none. */
  resume(account: string): boolean;
  pauses(): readonly AccountPause[];
  /** All that is on record, for whoever judges what has happened. */
  readonly views: Views;
}

export function createStandIn(options: StandInOptions): StandIn {
  const session = createSession({ ...options, ...rulesOf(options) });
  const locks: ShardLocks = new Map();

  /** An operation as others see it: nothing they hold is what it works with. */
  function apart<Args extends readonly unknown[], Result>(
    operation: (...args: Args) => Result,
  ): (...args: Args) => Result {
    return (...args) => copyOf(operation(...admitted(args)));
  }

  return {
    claim: apart((requests) => claim(session, requests)),
    start: apart((requests) => start(session, requests)),
    record: apart((requests) => record(session, requests)),
    takeDue: apart((request) => takeDue(session, request)),
    overlooked: apart((request) => overlooked(session, request)),
    wakeInquiry: apart((captureId: string) => wakeInquiry(session, captureId)),
    wakeAsPromised: apart((promised: PromisedInquiry) => wakeAsPromised(session, promised)),
    keepNotification: apart((notification: StoredNotification) => keepNotification(session, notification)),
    park: apart((notification) => {
      park(session, notification);
    }),
    joinable: apart((request) => joinable(session, request)),
    joined: apart((notificationIds) => {
      joined(session, notificationIds);
    }),
    act: apart((action, decide) => act(session, action, decide)),
    hear: apart((action, pieces) => hear(session, action, pieces)),
    askNow: apart((action: CaptureAction, decide: (standing: Standing) => Refusal | null) =>
      askNow(session, action, decide),
    ),
    standing: apart((captureId) => standing(session, captureId)),
    openOutbox: () => {
      const outbox = openOutbox(session, locks);
      return { ...outbox, next: apart(outbox.next) };
    },
    openNotificationQueue: () => {
      const queue = openNotificationQueue(session);
      return { ...queue, next: apart(queue.next) };
    },
    pause: apart((account: string) => pause(session, account)),
    resume: apart((account: string) => resume(session, account)),
    pauses: apart(() => listPauses(session)),
    views: viewsOf(session.tables),
  };
}
