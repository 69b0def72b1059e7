import type pg from 'pg';
import { captureIdOf } from '../capture/ids.js';
import { hasCode } from '../errors.js';
import type { NotifiedEvidence, ParkedNotifications } from '../ports/notification-store.js';
import { texts } from './columns.js';
import {
  NOTIFICATION_COLUMNS,
  NOTIFICATION_ROWS,
  notificationColumns,
  notifiedEvidenceOf,
} from './notification-row.js';
import type { Row } from './row.js';
import type { Statement } from './session.js';
import { withSession } from './session.js';

/**
 * The notification itself is nearly always there: the notify endpoint stored it. In a database that was restored from a backup it may
 * not be, while its topic still has it; then what is parked brings it along.
 */
const PARK: Statement = {
  name: 'park_notification',
  text: `
    with given as materialized (select * from ${NOTIFICATION_ROWS}),
    stored as (
      insert into notifications (
        notification_id, provider, merchant_id, account, capture_reference, received_at, at, says, failure_category,
        amount, currency, request_id, provider_capture_id, captured_at, provider_code, provider_message, raw
      )
      select decode(given.notification_id, 'hex'), provider, merchant_id, account, capture_reference, received_at, at,
        says, failure_category, amount, currency, request_id, provider_capture_id, captured_at, provider_code,
        provider_message, raw
      from given
      on conflict (notification_id) do nothing
    )
    insert into parked_notifications (notification_id, capture_id, parked_at)
    select decode(given.notification_id, 'hex'), $18::uuid, statement_timestamp()
    from given
    on conflict (notification_id) do nothing`,
};

/**
 * Walks the parked ones from the oldest on and looks each one's capture up by its id: what it costs depends on how many are looked at, not
 * on how many captures there are.
 */
const JOINABLE: Statement = {
  name: 'joinable_notifications',
  text: `
    select ${NOTIFICATION_COLUMNS}
    from (
      select p.notification_id, p.parked_at
      from parked_notifications p
      where p.parked_at >= coalesce(now() - $1::bigint * interval '1 millisecond', '-infinity')
        and exists (select from captures c where c.capture_id = p.capture_id offset 0)
      order by p.parked_at
      limit $2
    ) p
    join notifications n on n.notification_id = p.notification_id
    order by p.parked_at`,
};

const JOINED: Statement = {
  name: 'joined_notifications',
  text: `
    delete from parked_notifications
    where notification_id in (select decode(given.id, 'hex') from unnest($1::text[]) as given (id))`,
};

/** See `ParkedNotifications`. Rejects as `storeError` says. */
export function createParkedNotifications({ pool }: { readonly pool: pg.Pool }): ParkedNotifications {
  return {
    async park(notification) {
      await withSession(pool, 'parking a notification', (session) =>
        session.query(PARK, [...notificationColumns([notification]), captureIdOf(notification)]),
      );
    },

    async joinable({ parkedWithinMs, limit }) {
      const rows = await withSession(pool, 'looking for parked notifications', (session) =>
        session.query(JOINABLE, [parkedWithinMs, limit]),
      );
      return rows.flatMap(understood);
    },

    async joined(notificationIds) {
      if (notificationIds.length === 0) return;
      await withSession(pool, 'forgetting parked notifications', (session) =>
        session.query(JOINED, [texts(notificationIds)]),
      );
    },
  };
}

/** What a later version has parked waits for one. */
function understood(row: Row): readonly NotifiedEvidence[] {
  try {
    return [notifiedEvidenceOf(row)];
  } catch (error) {
    if (hasCode(error, 'STORE_REFUSED_DATA')) return [];
    throw error;
  }
}
