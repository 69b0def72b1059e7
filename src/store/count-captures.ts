import type pg from 'pg';
import type { ListFilter } from './find-captures.js';
import { texts } from './columns.js';
import { bigintOf } from './row.js';
import type { Statement } from './session.js';
import { withSession } from './session.js';

const COUNT: Statement = {
  name: 'count_captures',
  text: `
    select count(*) as captures
    from captures c
    where ($1::text is null or c.state = $1)
      and ($2::text is null or c.provider = $2)
      and ($3::text is null or c.account = $3)`,
};

/**
 * How many captures fit the filter, whatever its page. Reads the whole table, so on a huge one it rejects with STORE_UNAVAILABLE when the
 * statement's time is up.
 */
export async function countCaptures(
  pool: pg.Pool,
  { state, provider, account }: Pick<ListFilter, 'state' | 'provider' | 'account'>,
): Promise<bigint> {
  const [row] = await withSession(pool, 'counting captures', (session) =>
    session.query(COUNT, [state, provider, ...texts([account])]),
  );
  return row === undefined ? 0n : bigintOf(row, 'captures');
}
