import type pg from 'pg';
import { captureIdOf } from '../capture/ids.js';
import type { NotificationEncoder } from '../ports/notification-store.js';
import type { OutboxStore, QueuedEvent } from '../ports/store.js';
import { integers } from './columns.js';
import { NOTIFICATION_COLUMNS, notificationRecordOf } from './notification-row.js';
import type { Row } from './row.js';
import { bigintOf } from './row.js';
import type { Statement } from './session.js';
import { withSession } from './session.js';

/** How long others leave queued notifications alone that this process is publishing, in ms; longer than an append takes. */
const TAKEN_FOR_MS = 30_000;

/** The oldest that nobody is publishing. Those of a process that died come back by the passing of time. */
const TAKE: Statement = {
  name: 'take_queued_notifications',
  text: `
    with chosen as materialized (
      select queue_id
      from notification_queue
      where due_at <= now()
      order by queue_id
      limit $1
      for update skip locked
    ),
    taken as (
      update notification_queue q
      set due_at = now() + $2::bigint * interval '1 millisecond'
      from chosen
      where q.queue_id = chosen.queue_id
      returning q.queue_id, q.notification_id
    )
    select taken.queue_id, ${NOTIFICATION_COLUMNS}
    from taken join notifications n on n.notification_id = taken.notification_id
    order by taken.queue_id`,
};

const GIVE_BACK: Statement = {
  name: 'give_back_notifications',
  text: 'update notification_queue set due_at = now() where queue_id = any($1::bigint[])',
};

const UNQUEUE: Statement = {
  name: 'unqueue_notifications',
  text: 'delete from notification_queue where queue_id = any($1::bigint[])',
};

export interface NotificationQueueOptions {
  readonly pool: pg.Pool;
  readonly encode: NotificationEncoder;
}

/**
 * The queue of notifications in PostgreSQL, for the relay. They need no order, since evidence counts whatever its order, so there are no
 * shards to hold: every worker publishes what no other is publishing. What an append leaves in doubt is appended again.
 */
export function createNotificationQueue({ pool, encode }: NotificationQueueOptions): OutboxStore {
  let taken: readonly QueuedEvent[] = [];

  return {
    acquire: () => Promise.resolve([0]),

    async next(limit) {
      // What was not published is tried again before anything else.
      if (taken.length > 0) return taken;
      const rows = await withSession(pool, 'reading the queue of notifications', (session) =>
        session.query(TAKE, [limit, TAKEN_FOR_MS]),
      );
      taken = rows.map((row) => queuedOf(row, encode));
      return taken;
    },

    async published(queueIds) {
      await withSession(pool, 'unqueueing notifications', (session) =>
        session.query(UNQUEUE, [integers(queueIds)]),
      );
      taken = taken.filter(({ queueId }) => !queueIds.includes(queueId));
    },

    async release() {
      if (taken.length === 0) return;
      const queueIds = integers(taken.map(({ queueId }) => queueId));
      taken = [];
      await withSession(pool, 'giving queued notifications back', (session) =>
        session.query(GIVE_BACK, [queueIds]),
      );
    },
  };
}

function queuedOf(row: Row, encode: NotificationEncoder): QueuedEvent {
  const notification = notificationRecordOf(row);
  return {
    queueId: bigintOf(row, 'queue_id'),
    eventId: notification.notificationId,
    captureId: captureIdOf(notification),
    record: encode(notification),
  };
}
