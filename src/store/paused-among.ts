import { texts } from './columns.js';
import { textOf } from './row.js';
import type { Session, Statement } from './session.js';

/** `for key share` for the sake of the lock on the table: see 0008_account_pauses.sql. */
const PAUSED_AMONG: Statement = {
  name: 'paused_among',
  text: `
    select p.account
    from account_pauses p
    where p.account = any($1::text[])
    for key share`,
};

/**
 * Those of these accounts that are paused. To be asked in the transaction that starts sends: `pauseAccount` waits for all that were
 * answered before the pause.
 */
export async function pausedAmong(
  session: Session,
  accounts: Iterable<string>,
): Promise<ReadonlySet<string>> {
  const rows = await session.query(PAUSED_AMONG, [texts([...new Set(accounts)])]);
  return new Set(rows.map((row) => textOf(row, 'account')));
}
