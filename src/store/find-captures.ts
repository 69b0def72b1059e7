import type pg from 'pg';
import type { Capture } from '../capture/capture.js';
import { CAPTURE_COLUMNS, captureOf } from './capture-row.js';
import { storable } from './columns.js';
import type { Statement } from './session.js';
import { withSession } from './session.js';

const DOING = 'looking captures up';

/** More than any honest id can mean; an id that so many captures share says nothing. */
const MOST_FOUND = 50;

/**
 * Every id has an index, so that a handful of entries are read, whatever the tables' size; but for two:
 *
 * - What a provider captures by is indexed behind provider and merchant: `merchants` hops from one of these to the next.
 * - Request ids of attempts aren't indexed, since each send would pay for it. Only a capture that was sent under several has one that its
 *   row doesn't name, and those have an index: the attempts of all of them are looked through.
 */
const FIND: Statement = {
  name: 'find_captures',
  text: `
    with recursive merchants as (
      (select provider, merchant_id from captures order by provider, merchant_id limit 1)
      union all
      select next.provider, next.merchant_id
      from merchants m
      cross join lateral (
        select n.provider, n.merchant_id from captures n
        where (n.provider, n.merchant_id) > (m.provider, m.merchant_id)
        order by n.provider, n.merchant_id
        limit 1
      ) next
    )
    select ${CAPTURE_COLUMNS}
    from captures c
    where c.capture_id in (
      select capture_id from captures where capture_id = $2
      union select capture_id from captures where order_id = $1
      union select capture_id from captures where payment_id = $1
      union select capture_id from captures where request_id = $1
      union
      select a.capture_id
      from captures r join attempts a on a.capture_id = r.capture_id
      where r.generation > 1 and a.request_id = $1
      union
      select r.capture_id
      from merchants m
      cross join lateral (
        select o.capture_id from captures o
        where o.provider = m.provider and o.merchant_id = m.merchant_id and o.capture_reference = $1
        limit 1
      ) r
      union select capture_id from captures where source_event_id = $1
      union select capture_id from attempts where attempt_id = $2
      union select capture_id from evidence where provider_capture_id = $1
      union select capture_id from outbox where id = $2
      union select capture_id from operator_actions where action_id = $2
    )
    order by c.created_at desc, c.capture_id desc
    limit ${String(MOST_FOUND)}`,
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The captures that an id of any kind leads to, newest first, at most 50: a capture's, order's, payment's, request's (also an earlier
 * one's), attempt's, event's (the order's or a published one) or operator's action's, the provider's id of the capture, or what the
 * provider captures by, such as PayerMax's outTradeNo.
 */
export async function findCaptures(pool: pg.Pool, anyId: string): Promise<readonly Capture[]> {
  const uuid = UUID.test(anyId) ? anyId : null;
  const rows = await withSession(pool, DOING, (session) => session.query(FIND, [...storable([anyId]), uuid]));
  return rows.map(captureOf);
}
