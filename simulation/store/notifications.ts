import { captureIdOf } from '../../src/capture/ids.js';
import type { StoredNotification } from '../../src/ports/notification.js';
import type { JoinablePage, JoinRequest, NotifiedEvidence } from '../../src/ports/notification-store.js';
import { refuse } from './constraints.js';
import type { Session } from './session.js';
import type { ParkedRow } from './tables.js';

/** As `keepNotification` of the store does it. */
export function keepNotification(session: Session, notification: StoredNotification): 'stored' | 'duplicate' {
  const { tables, now, lacks, nextId } = session;
  const { notificationId } = notification;
  return session.transaction(() => {
    if (tables.notifications.has(notificationId) && !lacks('notifications_not_distinct')) return 'duplicate';
    insert(session, notification);
    tables.notificationQueue.set(nextId(), { notificationId, dueAt: now().getTime() });
    return 'stored';
  });
}

/** See `ParkedNotifications.park`. One that isn't stored, as after a restore, is brought along. */
export function park(session: Session, notification: NotifiedEvidence): void {
  const { tables, now } = session;
  const { notificationId } = notification;
  session.transaction(() => {
    if (!tables.notifications.has(notificationId)) insert(session, notification);
    if (tables.parked.has(notificationId)) return;
    const captureId = captureIdOf(notification);
    tables.parked.set(notificationId, { notificationId, captureId, parkedAt: now() });
  });
}

function insert({ tables }: Session, notification: StoredNotification): void {
  const { notificationId, account, captureReference } = notification;
  if (!/^[0-9a-f]{64}$/.test(notificationId)) refuse(`${notificationId} is no id of a notification`);
  if (account === '' || captureReference === '') refuse('a notification names no account or no reference');
  tables.notifications.set(notificationId, notification);
}

/** See `ParkedNotifications.joinable`. */
export function joinable(session: Session, { parkedWithinMs, after, limit }: JoinRequest): JoinablePage {
  const { tables, now } = session;
  const since = parkedWithinMs === null ? -Infinity : now().getTime() - parkedWithinMs;
  const page = [...tables.parked.rows.values()]
    .filter(({ parkedAt }) => parkedAt.getTime() >= since)
    .filter((row) => after === null || byPlace(row, after) > 0)
    .toSorted(byPlace)
    .slice(0, limit);
  const last = page.at(-1);
  return {
    found: page.filter((row) => isJoinable(session, row)).flatMap((row) => evidenceOf(session, row)),
    end:
      last === undefined || page.length < limit
        ? null
        : { parkedAt: last.parkedAt, notificationId: last.notificationId },
  };
}

function isJoinable({ tables, lacks }: Session, { captureId, parkedAt }: ParkedRow): boolean {
  const row = tables.captures.get(captureId);
  return row !== undefined && (!lacks('parking_unlocked') || parkedAt <= row.capture.createdAt);
}

/** What was stored under this id is what counts; a hint is none that can be joined. */
function evidenceOf({ tables }: Session, { notificationId }: ParkedRow): readonly NotifiedEvidence[] {
  const notification = tables.notifications.get(notificationId);
  if (notification === undefined) return [];
  const { says } = notification;
  return says.is === 'hint' ? [] : [{ ...notification, says }];
}

/** See `ParkedNotifications.joined`. */
export function joined({ tables, transaction }: Session, notificationIds: readonly string[]): void {
  transaction(() => {
    for (const notificationId of notificationIds) tables.parked.delete(notificationId);
  });
}

function byPlace(one: Place, other: Place): number {
  const apart = one.parkedAt.getTime() - other.parkedAt.getTime();
  if (apart !== 0 || one.notificationId === other.notificationId) return apart;
  return one.notificationId < other.notificationId ? -1 : 1;
}

type Place = Pick<ParkedRow, 'parkedAt' | 'notificationId'>;
