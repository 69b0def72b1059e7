import type pg from 'pg';
import type { StoredNotification } from '../ports/notification.js';
import { NOTIFICATION_ROWS, notificationColumns } from './notification-row.js';
import { booleanOf } from './row.js';
import type { Statement } from './session.js';
import { withSession } from './session.js';

/**
 * One statement, so one commit: what is stored is also queued for its topic. The same again waits for whoever is storing it and then
 * changes nothing, so it is acknowledged only when it is durable, whoever made it so.
 */
const KEEP: Statement = {
  name: 'keep_notification',
  text: `
    with stored as (
      insert into notifications (
        notification_id, provider, merchant_id, account, capture_reference, received_at, at, says, failure_category,
        amount, currency, request_id, provider_capture_id, captured_at, provider_code, provider_message, raw
      )
      select decode(notification_id, 'hex'), provider, merchant_id, account, capture_reference, received_at, at, says,
        failure_category, amount, currency, request_id, provider_capture_id, captured_at, provider_code,
        provider_message, raw
      from ${NOTIFICATION_ROWS}
      on conflict (notification_id) do nothing
      returning notification_id
    ),
    queued as (
      insert into notification_queue (notification_id) select notification_id from stored
    )
    select exists (select from stored) as is_new`,
};

/**
 * Makes a notification durable, with its place in the queue of its topic. Whether it is new: the same again is one row, queued once.
 * Rejects as `storeError` says; after STORE_UNAVAILABLE it may have been stored, and storing it again does no harm.
 */
export async function keepNotification(
  pool: pg.Pool,
  notification: StoredNotification,
): Promise<'stored' | 'duplicate'> {
  const [row] = await withSession(pool, 'storing a notification', (session) =>
    session.query(KEEP, notificationColumns([notification])),
  );
  return row !== undefined && booleanOf(row, 'is_new') ? 'stored' : 'duplicate';
}
