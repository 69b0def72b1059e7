import type { Capture } from '../../src/capture/capture.js';
import type { CaptureEvent } from '../../src/capture/events.js';
import type { Evidence } from '../../src/capture/evidence.js';
import type { ScheduledAction } from '../../src/capture/schedule.js';
import type { LogRecord } from '../../src/ports/log.js';
import type { StoredNotification } from '../../src/ports/notification.js';
import type { OperatorAction } from '../../src/ports/operator.js';
import type { AccountPause } from '../../src/ports/pauses.js';
import type { OrderSource } from '../../src/ports/store.js';
import type { Journal } from './transaction.js';
import { Log, Table } from './transaction.js';

/** A capture with all that is known of it. */
export interface CaptureRow {
  readonly capture: Capture;
  /** By its id, in the order of arrival. */
  readonly evidence: ReadonlyMap<string, Evidence>;
  /** Of the request that made the claim, until an attempt is started apart from it. */
  readonly token: string;
  readonly source: OrderSource;
}

export interface ScheduleRow {
  readonly captureId: string;
  readonly account: string;
  readonly action: ScheduledAction;
  /** Infinity: a person must look; nothing takes it. */
  readonly dueAt: number;
}

export interface AttemptRow {
  readonly attemptId: string;
  readonly captureId: string;
  readonly number: number;
  readonly generation: number;
  readonly requestId: string;
  readonly worker: string;
  readonly startedAt: Date;
  readonly leaseUntil: Date;
}

export interface EventRow {
  readonly event: CaptureEvent;
  readonly record: LogRecord;
  readonly createdAt: Date;
}

export interface QueuedNotificationRow {
  readonly notificationId: string;
  readonly dueAt: number;
}

export interface ParkedRow {
  readonly notificationId: string;
  /** The id that the capture has, or will have. */
  readonly captureId: string;
  readonly parkedAt: Date;
}

/** Rows are replaced, never changed. */
export interface Tables {
  readonly captures: Table<string, CaptureRow>;
  /** The unique keys of captures: each names the capture that holds it. */
  readonly byReference: Table<string, string>;
  readonly byPayment: Table<string, string>;
  readonly schedule: Table<string, ScheduleRow>;
  readonly attempts: Log<AttemptRow>;
  readonly outbox: Log<EventRow>;
  readonly outboxQueue: Table<bigint, EventRow>;
  readonly notifications: Table<string, StoredNotification>;
  readonly notificationQueue: Table<bigint, QueuedNotificationRow>;
  readonly parked: Table<string, ParkedRow>;
  readonly pauses: Table<string, AccountPause>;
  readonly actions: Table<string, OperatorAction>;
}

/** `changed` is told the id of each capture of which a row was written or deleted that the schema looks at. */
export function createTables(journal: Journal, changed: (captureId: string) => void): Tables {
  return {
    captures: new Table(journal, changed),
    byReference: new Table(journal),
    byPayment: new Table(journal),
    schedule: new Table(journal, changed),
    attempts: new Log(journal),
    outbox: new Log(journal),
    outboxQueue: new Table(journal),
    notifications: new Table(journal),
    notificationQueue: new Table(journal),
    parked: new Table(journal),
    pauses: new Table(journal),
    actions: new Table(journal),
  };
}
