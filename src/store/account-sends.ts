import type pg from 'pg';
import { bigintOf, booleanOf, dateOrNull } from './row.js';
import type { Statement } from './session.js';
import { withSession } from './session.js';

/** What an account has to send, and is sending. */
export interface AccountSends {
  /** Captures that wait to be sent; not those that wait for a person. */
  readonly waiting: number;
  /** Sends that were started and whose lease still lets them be made. */
  readonly underWay: number;
  /** When the last of these leases ends; null without any. */
  readonly underWayUntil: Date | null;
}

const SENDS: Statement = {
  name: 'account_sends',
  text: `
    with live as (
      select c.lease_until
      from schedule s join captures c on c.capture_id = s.capture_id
      where s.account = $1 and s.action = 'lapse' and c.state = 'sending' and c.lease_until > clock_timestamp()
    )
    select
      (select count(*) from schedule s where s.account = $1 and s.action = 'send' and s.due_at < 'infinity') as waiting,
      (select count(*) from live) as under_way,
      (select max(lease_until) from live) as under_way_until`,
};

export async function accountSends(pool: pg.Pool, account: string): Promise<AccountSends> {
  const [row] = await withSession(pool, 'counting the sends of an account', (session) =>
    session.query(SENDS, [account]),
  );
  if (row === undefined) throw new Error('a count without a group has one row');
  return {
    waiting: Number(bigintOf(row, 'waiting')),
    underWay: Number(bigintOf(row, 'under_way')),
    underWayUntil: dateOrNull(row, 'under_way_until'),
  };
}

/**
 * One after the other, the oldest due first, 10 ms apart, or closer if they would take longer than 10 s. What is due at infinity waits for
 * a person. Rows that somebody else is writing get their due time there: waiting for them, in whatever order, could end in a circle.
 */
const SPREAD: Statement = {
  name: 'spread_sends',
  text: `
    with locked as materialized (
      select s.capture_id, s.due_at
      from schedule s
      where s.account = $1 and s.action = 'send' and s.due_at < 'infinity'
      for update skip locked
    ),
    waiting as materialized (
      select capture_id, row_number() over (order by due_at) - 1 as place, count(*) over () as total
      from locked
    )
    update schedule s
    set due_at = now() + w.place * least(interval '10 ms', interval '10 s' / w.total)
    from waiting w
    where s.capture_id = w.capture_id
    returning s.capture_id`,
};

/** Makes all that waits to be sent through an account due within the next seconds; returns how many captures that are. */
export async function spreadSends(pool: pg.Pool, account: string): Promise<number> {
  const rows = await withSession(pool, 'making waiting sends due', (session) =>
    session.query(SPREAD, [account]),
  );
  return rows.length;
}

const KNOWN: Statement = {
  name: 'account_has_captures',
  text: `
    select exists (select from schedule where account = $1)
      or exists (select from captures where account = $1) as known`,
};

/** Whether any capture belongs to an account. Without one, all captures are looked at: rejects with STORE_BUSY if they are too many. */
export async function hasCaptures(pool: pg.Pool, account: string): Promise<boolean> {
  const [row] = await withSession(pool, 'looking for captures of an account', (session) =>
    session.query(KNOWN, [account]),
  );
  return row !== undefined && booleanOf(row, 'known');
}
