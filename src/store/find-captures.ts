import type pg from 'pg';
import type { Capture, CaptureState, ProviderName } from '../capture/capture.js';
import { CAPTURE_COLUMNS, captureOf } from './capture-row.js';
import { integers, texts, times } from './columns.js';
import type { Statement } from './session.js';
import { withSession } from './session.js';

const DOING = 'looking captures up';

/** More than any honest id can mean; an id that so many captures share says nothing. */
const MOST_FOUND = 50;

/** Every id has an index; the union reads a handful of entries, whatever the table's size. */
const FIND: Statement = {
  name: 'find_captures',
  text: `
    select ${CAPTURE_COLUMNS}
    from captures c
    where c.capture_id in (
      select capture_id from captures where capture_id = $2
      union select capture_id from captures where order_id = $1
      union select capture_id from captures where payment_id = $1
      union select capture_id from captures where request_id = $1
      union select capture_id from captures where source_event_id = $1
      union select capture_id from attempts where attempt_id = $2
      union select capture_id from evidence where provider_capture_id = $1
      union select capture_id from outbox where id = $2
    )
    order by c.created_at desc, c.capture_id desc
    limit ${String(MOST_FOUND)}`,
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The captures that an id of any kind leads to, newest first, at most 50: a capture's, order's, payment's, request's, attempt's or
 * event's (the order's or a published one), or the provider's id of the capture.
 */
export async function findCaptures(pool: pg.Pool, anyId: string): Promise<readonly Capture[]> {
  const uuid = UUID.test(anyId) ? anyId : null;
  const rows = await withSession(pool, DOING, (session) => session.query(FIND, [...texts([anyId]), uuid]));
  return rows.map(captureOf);
}

export interface ListFilter {
  readonly state: CaptureState | null;
  readonly provider: ProviderName | null;
  readonly account: string | null;
  readonly limit: number;
  /** The last capture of the page before; null for the first page. */
  readonly before: Pick<Capture, 'createdAt' | 'captureId'> | null;
}

const LIST_CONDITIONS = `
  ($1::text is null or c.state = $1)
  and ($2::text is null or c.provider = $2)
  and ($3::text is null or c.account = $3)
  and (c.created_at, c.capture_id) < (
    coalesce($4::timestamptz, 'infinity'), coalesce($5::uuid, 'ffffffff-ffff-ffff-ffff-ffffffffffff')
  )
  order by c.created_at desc, c.capture_id desc
  limit $6`;

const LIST: Statement = {
  name: 'list_captures',
  text: `select ${CAPTURE_COLUMNS} from captures c where ${LIST_CONDITIONS}`,
};

/** Captures without an outcome are few among all; the schedule names them. */
const LIST_OPEN: Statement = {
  name: 'list_open_captures',
  text: `
    select ${CAPTURE_COLUMNS}
    from schedule s join captures c on c.capture_id = s.capture_id
    where ${LIST_CONDITIONS}`,
};

/** A page of captures that fit the filter, newest first. */
export async function listCaptures(pool: pg.Pool, filter: ListFilter): Promise<readonly Capture[]> {
  const { state, provider, account, limit, before } = filter;
  const rows = await withSession(pool, DOING, (session) =>
    session.query(isOpen(state) ? LIST_OPEN : LIST, [
      state,
      provider,
      ...texts([account]),
      ...times([before?.createdAt ?? null]),
      before?.captureId ?? null,
      ...integers([limit]),
    ]),
  );
  return rows.map(captureOf);
}

function isOpen(state: CaptureState | null): boolean {
  switch (state) {
    case 'planned':
    case 'sending':
    case 'pending':
      return true;
    case 'succeeded':
    case 'failed':
    case 'cancelled':
    case null:
      return false;
  }
}
