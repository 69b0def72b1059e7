import type { Capture } from '../../../src/capture/capture.js';
import type { Evidence } from '../../../src/capture/evidence.js';
import type { Refusal, Standing } from '../../../src/capture/operator.js';
import type { LogRecord } from '../../../src/ports/log.js';
import type { StoredNotification } from '../../../src/ports/notification.js';
import type { ParkedNotifications } from '../../../src/ports/notification-store.js';
import type { Acted, CaptureAction, OperatorAction, OperatorStore } from '../../../src/ports/operator.js';
import type {
  CaptureStore,
  Folder,
  OutboxStore,
  PromisedInquiry,
  WaitingStore,
} from '../../../src/ports/store.js';

/**
 * A store that the conformance suite is run on: all that the worker asks of one, on a clock that the suite moves. The clock begins at
 * `EPOCH`, and two stores that were asked the same at the same times must be alike to the last byte.
 */
export interface StoreUnderTest {
  /** What the store folds by; `reset` brings back the real rules. */
  readonly rules: { fold: Folder };
  readonly captures: CaptureStore;
  readonly waiting: WaitingStore;
  readonly parked: ParkedNotifications;
  readonly operator: OperatorStore;
  askNow(action: CaptureAction, decide: (standing: Standing) => Refusal | null): Promise<Acted | null>;
  wakeInquiry(captureId: string): Promise<boolean>;
  wakeAsPromised(promised: PromisedInquiry): Promise<boolean>;
  keepNotification(notification: StoredNotification): Promise<'stored' | 'duplicate'>;
  /** The outbox as another process has it. Released by `reset`. */
  openOutbox(): OutboxUnderTest;
  /** The queue of notifications as another process has it. */
  openNotificationQueue(): OutboxStore;
  /** Whether it wasn't paused before. */
  pause(account: string): Promise<boolean>;
  /** Whether it was paused before. */
  resume(account: string): Promise<boolean>;
  /** Lets so many ms pass. */
  pass(ms: number): Promise<void>;
  snapshot(): Promise<Snapshot>;
  /** Makes the store empty again, and its clock begin anew. */
  reset(): Promise<void>;
}

export interface OutboxUnderTest extends OutboxStore {
  /** Cuts the connection that holds its shards. */
  interrupt(): Promise<void>;
}

/** All that is on record, in an order that both kinds of store have. */
export interface Snapshot {
  readonly captures: readonly { readonly capture: Capture; readonly evidence: readonly Evidence[] }[];
  readonly schedule: readonly ScheduledRow[];
  readonly attempts: readonly AttemptOnRecord[];
  readonly events: readonly EventOnRecord[];
  /** The ids of the events that aren't published, in their order. */
  readonly queue: readonly string[];
  readonly notifications: readonly StoredNotification[];
  readonly notificationQueue: readonly { readonly notificationId: string; readonly dueAt: Date }[];
  readonly parked: readonly ParkedOnRecord[];
  readonly actions: readonly OperatorAction[];
}

/** Evidence as it is compared: what an operator knew is a set, which PostgreSQL reads in any order. */
export function comparable(piece: Evidence): Evidence {
  return piece.knew === undefined ? piece : { ...piece, knew: piece.knew.toSorted() };
}

export interface ScheduledRow {
  readonly captureId: string;
  readonly account: string;
  readonly action: string;
  /** Null: a person must look. */
  readonly dueAt: Date | null;
}

export interface AttemptOnRecord {
  readonly attemptId: string;
  readonly captureId: string;
  readonly number: number;
  readonly generation: number;
  readonly requestId: string;
  readonly worker: string;
  readonly startedAt: Date;
  readonly leaseUntil: Date;
}

export interface EventOnRecord {
  readonly eventId: string;
  readonly captureId: string;
  readonly sequence: number;
  readonly type: string;
  readonly createdAt: Date;
  readonly record: LogRecord;
}

export interface ParkedOnRecord {
  readonly notificationId: string;
  readonly captureId: string;
  readonly parkedAt: Date;
}
