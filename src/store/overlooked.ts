import type pg from 'pg';
import type { OverlookedRequest, WaitingStore } from '../ports/store.js';
import { textOf } from './row.js';
import type { Statement } from './session.js';
import { withSession } from './session.js';

const DOING = 'looking for captures that wait too long';

/**
 * Reads what waits to be sent, and what is asked about for the sake of a contradiction: in order there are few of either, and in trouble as
 * many as wait. Account by account, since that is how the index has them. What is due at infinity waits for a person already.
 */
const OVERLOOKED: Statement = {
  name: 'overlooked',
  text: `
    with recursive accounts as (
      (select account from schedule order by account limit 1)
      union all
      select (select s.account from schedule s where s.account > a.account order by s.account limit 1)
      from accounts a
      where a.account is not null
    )
    select found.capture_id
    from accounts a
    cross join lateral (
      (select s.capture_id
       from schedule s join captures c on c.capture_id = s.capture_id
       where s.account = a.account and s.action = 'send' and s.due_at < 'infinity'
         and c.announced is null and c.created_at <= now() - $1::bigint * interval '1 millisecond'
       limit $3)
      union all
      (select s.capture_id
       from schedule s join captures c on c.capture_id = s.capture_id
       where s.account = a.account and s.action = 'inquire' and s.due_at < 'infinity'
         and c.review is null and c.contradicted_at <= now() - $2::bigint * interval '1 millisecond'
       limit $3)
    ) found
    where a.account is not null`,
};

export function createWaitingStore({ pool }: { readonly pool: pg.Pool }): WaitingStore {
  return {
    overlooked: async ({ unsentForMs, contradictedForMs, limit }: OverlookedRequest) => {
      const rows = await withSession(pool, DOING, (session) =>
        session.query(OVERLOOKED, [unsentForMs, contradictedForMs, limit]),
      );
      return rows.map((row) => textOf(row, 'capture_id'));
    },
  };
}
