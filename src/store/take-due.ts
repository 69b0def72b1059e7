import type pg from 'pg';
import type { DueCapture, TakeDueRequest } from '../ports/store.js';
import { CAPTURE_COLUMNS, captureOf, SCHEDULED_ACTIONS } from './capture-row.js';
import { integers, texts } from './columns.js';
import { booleanOf, dateOf, wordOf } from './row.js';
import type { Statement } from './session.js';
import { withSession } from './session.js';

const DOING = 'taking due captures';

/**
 * Takes due rows by pushing their due time ahead.
 *
 * - `accounts` hops through the index from one account to the next, so that it reads as many entries as there are accounts.
 * - For each account and action the oldest due rows are locked; rows that another worker is taking are skipped, and one that it has
 *   just taken is seen as due later, since the condition is judged again once the lock is held.
 * - Of an account with a room of its own as many rows to send or to ask about are taken as there is room for. Where there is none, its
 *   rows aren't even looked at, however many are due.
 * - Of all others, if more are due than the limit, the accounts take turns, oldest first within each: thousands due at one account must
 *   not keep another account's one waiting.
 * - What waits to be sent through a paused account is looked at for the sake of telling subscribers, and from then on once a minute: there
 *   may be thousands.
 */
const TAKE_DUE: Statement = {
  name: 'take_due',
  text: `
    with recursive accounts as (
      (select account from schedule order by account limit 1)
      union all
      select (select s.account from schedule s where s.account > a.account order by s.account limit 1)
      from accounts a
      where a.account is not null
    ),
    due as materialized (
      select s.capture_id, s.due_at, a.account = any(array(select account from account_pauses)) as paused,
        own.room,
        row_number() over (partition by a.account, own.room is null order by s.due_at) as turn
      from accounts a
      cross join unnest($1::text[]) as wanted (action)
      left join unnest($4::text[], $5::integer[]) as own (account, room)
        on own.account = a.account and wanted.action <> 'lapse'
      cross join lateral (
        select s.capture_id, s.due_at
        from schedule s
        where s.account = a.account and s.action = wanted.action and s.due_at <= now()
          and (s.action <> 'lapse' or (
            select c.state = 'sending' and c.lease_until <= now()
            from captures c where c.capture_id = s.capture_id
          ))
        order by s.due_at
        limit coalesce(own.room, $2)
        for update of s skip locked
      ) s
      where a.account is not null
    ),
    chosen as (
      select capture_id, due_at, paused from due where turn <= room
      union all
      (select capture_id, due_at, paused from due where room is null order by turn, due_at limit $2)
    ),
    taken as (
      update schedule s
      set due_at = now() + greatest(
        $3::bigint * interval '1 millisecond',
        case when chosen.paused and s.action = 'send' and c.announced is not null then interval '1 minute' end
      )
      from chosen join captures c on c.capture_id = chosen.capture_id
      where s.capture_id = chosen.capture_id
      returning s.capture_id, s.action, chosen.paused, chosen.due_at as was_due_at
    )
    select taken.action, taken.paused, now() as taken_at, ${CAPTURE_COLUMNS}
    from taken join captures c on c.capture_id = taken.capture_id
    order by taken.was_due_at`,
};

/** See `CaptureStore.takeDue`. */
export async function takeDue(
  pool: pg.Pool,
  { actions, rooms, limit, takenForMs }: TakeDueRequest,
): Promise<readonly DueCapture[]> {
  const rows = await withSession(pool, DOING, (session) =>
    session.query(TAKE_DUE, [
      texts(actions),
      limit,
      takenForMs,
      texts([...rooms.keys()]),
      integers([...rooms.values()]),
    ]),
  );
  return rows.map((row) => ({
    action: wordOf(row, 'action', SCHEDULED_ACTIONS),
    capture: captureOf(row),
    takenAt: dateOf(row, 'taken_at'),
    paused: booleanOf(row, 'paused'),
  }));
}
