import type { StoredNotification } from '../../src/ports/notification.js';
import type { OperatorAction } from '../../src/ports/operator.js';
import type {
  AttemptRow,
  CaptureRow,
  EventRow,
  ParkedRow,
  QueuedNotificationRow,
  ScheduleRow,
  Tables,
} from './tables.js';

/** The tables as they are at any moment, for reading. Their rows are replaced, never changed: one that was read stays as it was. */
export interface Views {
  readonly captures: ReadonlyMap<string, CaptureRow>;
  readonly schedule: ReadonlyMap<string, ScheduleRow>;
  readonly attempts: readonly AttemptRow[];
  /** All events that were ever written, in their order. */
  readonly outbox: readonly EventRow[];
  /** Those that aren't published, by their place in the queue. */
  readonly outboxQueue: ReadonlyMap<bigint, EventRow>;
  readonly notifications: ReadonlyMap<string, StoredNotification>;
  readonly notificationQueue: ReadonlyMap<bigint, QueuedNotificationRow>;
  readonly parked: ReadonlyMap<string, ParkedRow>;
  readonly actions: ReadonlyMap<string, OperatorAction>;
}

export function viewsOf(tables: Tables): Views {
  return {
    captures: tables.captures.rows,
    schedule: tables.schedule.rows,
    attempts: tables.attempts.rows,
    outbox: tables.outbox.rows,
    outboxQueue: tables.outboxQueue.rows,
    notifications: tables.notifications.rows,
    notificationQueue: tables.notificationQueue.rows,
    parked: tables.parked.rows,
    actions: tables.actions.rows,
  };
}
