import type pg from 'pg';
import { captureIdOf } from '../capture/ids.js';
import { hasCode } from '../errors.js';
import type {
  JoinablePage,
  NotifiedEvidence,
  ParkedNotifications,
  ParkedPlace,
} from '../ports/notification-store.js';
import { texts, time } from './columns.js';
import {
  NOTIFICATION_COLUMNS,
  NOTIFICATION_ROWS,
  notificationColumns,
  notifiedEvidenceOf,
} from './notification-row.js';
import type { Row } from './row.js';
import { booleanOf, dateOf, textOf } from './row.js';
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
 * A page of the parked ones: so many are looked at from a place on, and each one's capture is looked up by its id, so that what it costs
 * depends neither on how many captures there are nor on how many are parked. Where the page ended comes with its last row, whether that one
 * has a capture or not.
 */
const JOINABLE: Statement = {
  name: 'joinable_notifications',
  text: `
    with page as materialized (
      select p.notification_id, p.capture_id, p.parked_at
      from parked_notifications p
      where p.parked_at >= coalesce(now() - $1::bigint * interval '1 millisecond', '-infinity')
        and (p.parked_at, p.notification_id) > (coalesce($2::timestamptz, '-infinity'), decode($3::text, 'hex'))
      order by p.parked_at, p.notification_id
      limit $4
    ),
    looked as (
      select p.notification_id, p.parked_at,
        row_number() over (order by p.parked_at, p.notification_id) = $4 as ends_page,
        exists (select from captures c where c.capture_id = p.capture_id offset 0) as has_capture
      from page p
    )
    select looked.parked_at, encode(looked.notification_id, 'hex') as parked_id, looked.ends_page,
      n.notification_id is not null as is_joinable, ${NOTIFICATION_COLUMNS}
    from looked
    left join notifications n on n.notification_id = looked.notification_id and looked.has_capture
    where looked.ends_page or looked.has_capture
    order by looked.parked_at, looked.notification_id`,
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

    async joinable({ parkedWithinMs, after, limit }) {
      const from = after === null ? null : time(after.parkedAt);
      const rows = await withSession(pool, 'looking for parked notifications', (session) =>
        session.query(JOINABLE, [parkedWithinMs, from, after?.notificationId ?? '', limit]),
      );
      return pageOf(rows);
    },

    async joined(notificationIds) {
      if (notificationIds.length === 0) return;
      await withSession(pool, 'forgetting parked notifications', (session) =>
        session.query(JOINED, [texts(notificationIds)]),
      );
    },
  };
}

function pageOf(rows: readonly Row[]): JoinablePage {
  const last = rows.at(-1);
  return {
    found: rows.filter((row) => booleanOf(row, 'is_joinable')).flatMap(understood),
    end: last !== undefined && booleanOf(last, 'ends_page') ? placeOf(last) : null,
  };
}

function placeOf(row: Row): ParkedPlace {
  return { parkedAt: dateOf(row, 'parked_at'), notificationId: textOf(row, 'parked_id') };
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
