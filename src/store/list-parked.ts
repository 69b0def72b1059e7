import type pg from 'pg';
import { captureIdOf } from '../capture/ids.js';
import type { NotificationRecord } from '../ports/notification-store.js';
import { NOTIFICATION_COLUMNS, notificationRecordOf } from './notification-row.js';
import { dateOf } from './row.js';
import type { Statement } from './session.js';
import { withSession } from './session.js';

/** A notification that waits for its capture. */
export interface ParkedNotification extends NotificationRecord {
  /** The id that the capture will have. */
  readonly captureId: string;
  readonly parkedAt: Date;
}

const LIST: Statement = {
  name: 'list_parked_notifications',
  text: `
    select ${NOTIFICATION_COLUMNS}, p.parked_at
    from (select notification_id, parked_at from parked_notifications order by parked_at limit $1) p
    join notifications n on n.notification_id = p.notification_id
    order by p.parked_at`,
};

/** The parked notifications that have waited longest, at most `limit`. */
export async function listParked(pool: pg.Pool, limit: number): Promise<readonly ParkedNotification[]> {
  const rows = await withSession(pool, 'listing parked notifications', (session) =>
    session.query(LIST, [limit]),
  );
  return rows.map((row) => {
    const notification = notificationRecordOf(row);
    return { ...notification, captureId: captureIdOf(notification), parkedAt: dateOf(row, 'parked_at') };
  });
}
