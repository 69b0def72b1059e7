import type pg from 'pg';
import type { Evidence } from '../../../src/capture/evidence.js';
import type { StoredNotification } from '../../../src/ports/notification.js';
import type { OperatorAction } from '../../../src/ports/operator.js';
import { CAPTURE_COLUMNS, captureOf } from '../../../src/store/capture-row.js';
import { EVIDENCE_COLUMNS, evidenceOf } from '../../../src/store/evidence-row.js';
import { RECORD_COLUMNS, recordOf } from '../../../src/store/event-row.js';
import { NOTIFICATION_COLUMNS, notifiedEvidenceOf } from '../../../src/store/notification-row.js';
import type { Row } from '../../../src/store/row.js';
import { dateOf, dateOrNull, integerOf, textOf, textOrNull } from '../../../src/store/row.js';
import { rowsOf } from '../store.js';
import type { Snapshot } from './store-under-test.js';
import { comparable } from './store-under-test.js';

/** All that is on record in PostgreSQL. */
export async function snapshotOf(pool: pg.Pool): Promise<Snapshot> {
  const read = async <Read>(sql: string, of: (row: Row) => Read): Promise<Read[]> =>
    (await rowsOf(pool, sql)).map(of);
  const evidence = await read(
    `select ${EVIDENCE_COLUMNS} from evidence e order by e.evidence_id`,
    (row): [string, Evidence] => [textOf(row, 'capture_id'), comparable(evidenceOf(row))],
  );
  const evidenceOn = (captureId: string): Evidence[] =>
    evidence.filter(([of]) => of === captureId).map(([, piece]) => piece);
  return {
    captures: await read(`select ${CAPTURE_COLUMNS} from captures c order by c.capture_id`, (row) => ({
      capture: captureOf(row),
      evidence: evidenceOn(textOf(row, 'capture_id')),
    })),
    schedule: await read(
      "select capture_id, account, action, nullif(due_at, 'infinity') as due_at from schedule order by capture_id",
      (row) => ({
        captureId: textOf(row, 'capture_id'),
        account: textOf(row, 'account'),
        action: textOf(row, 'action'),
        dueAt: dateOrNull(row, 'due_at'),
      }),
    ),
    attempts: await read("select * from attempts where kind = 'capture' order by attempt_id", (row) => ({
      attemptId: textOf(row, 'attempt_id'),
      captureId: textOf(row, 'capture_id'),
      number: integerOf(row, 'number'),
      generation: integerOf(row, 'generation'),
      requestId: textOf(row, 'request_id'),
      worker: textOf(row, 'worker'),
      startedAt: dateOf(row, 'started_at'),
      leaseUntil: dateOf(row, 'lease_until'),
    })),
    events: await read(
      `select o.id, o.capture_id, o.sequence, o.type, o.created_at, ${RECORD_COLUMNS} from outbox o order by o.id`,
      (row) => ({
        eventId: textOf(row, 'id'),
        captureId: textOf(row, 'capture_id'),
        sequence: integerOf(row, 'sequence'),
        type: textOf(row, 'type'),
        createdAt: dateOf(row, 'created_at'),
        record: recordOf(row),
      }),
    ),
    queue: await read('select event_id from outbox_queue order by queue_id', (row) =>
      textOf(row, 'event_id'),
    ),
    notifications: await read(
      `select ${NOTIFICATION_COLUMNS} from notifications n order by n.notification_id`,
      notificationOf,
    ),
    notificationQueue: await read(
      "select encode(notification_id, 'hex') as id, due_at from notification_queue order by queue_id",
      (row) => ({ notificationId: textOf(row, 'id'), dueAt: dateOf(row, 'due_at') }),
    ),
    parked: await read(
      "select encode(notification_id, 'hex') as id, capture_id, parked_at from parked_notifications order by 1",
      (row) => ({
        notificationId: textOf(row, 'id'),
        captureId: textOf(row, 'capture_id'),
        parkedAt: dateOf(row, 'parked_at'),
      }),
    ),
    actions: await read(
      'select * from operator_actions where capture_id is not null order by action_id',
      actionOf,
    ),
  };
}

function notificationOf(row: Row): StoredNotification {
  if (row['says'] !== 'hint') return notifiedEvidenceOf(row);
  // The reader of evidence knows no hints; but for that word they are alike.
  return { ...notifiedEvidenceOf({ ...row, says: 'foreign' }), says: { is: 'hint' } };
}

function actionOf(row: Row): OperatorAction {
  return {
    actionId: textOf(row, 'action_id'),
    at: dateOf(row, 'at'),
    who: textOf(row, 'who'),
    action: textOf(row, 'action'),
    captureId: textOrNull(row, 'capture_id'),
    account: textOrNull(row, 'account'),
    reason: textOrNull(row, 'reason'),
    reference: textOrNull(row, 'reference'),
    changedFrom: textOrNull(row, 'changed_from'),
    changedTo: textOrNull(row, 'changed_to'),
  };
}
