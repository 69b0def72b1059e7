import type pg from 'pg';
import type { OperatorEntry } from '../ports/operator.js';
import type { AccountPause } from '../ports/pauses.js';
import { writeAction } from './operator-actions.js';
import type { Row } from './row.js';
import { dateOf, textOf } from './row.js';
import type { Statement } from './session.js';
import { withSession, withTransaction } from './session.js';

const PAUSE_COLUMNS = 'p.account, p.paused_at, p.paused_by, p.reason';

/** A person's word on an account, for the record. */
export interface AccountAction {
  readonly account: string;
  readonly by: string;
  readonly reason: string;
  /** Of the entry in `operator_actions`. */
  readonly actionId: string;
}

const PAUSE: Statement = {
  name: 'pause_account',
  text: `
    insert into account_pauses as p (account, paused_at, paused_by, reason)
    values ($1, clock_timestamp(), $2, $3)
    on conflict (account) do nothing
    returning ${PAUSE_COLUMNS}`,
};

/**
 * Pauses an account. Null if it was paused already: that pause stays as it is. Once this has resolved no send is started through the
 * account, but by transactions that looked before: `outwaitReaders` waits for those.
 */
export async function pauseAccount(pool: pg.Pool, action: AccountAction): Promise<AccountPause | null> {
  const { account, by, reason } = action;
  return withTransaction(pool, 'pausing an account', async (session) => {
    const [row] = await session.query(PAUSE, [account, by, reason]);
    if (row === undefined) return null;
    await writeAction(session, entryOf(action, 'accounts pause', 'in use', 'paused'));
    return pauseOf(row);
  });
}

const RESUME: Statement = {
  name: 'resume_account',
  text: `
    delete from account_pauses p where p.account = $1
    returning ${PAUSE_COLUMNS}`,
};

/** Ends the pause of an account and returns it; null if there was none. */
export async function resumeAccount(pool: pg.Pool, action: AccountAction): Promise<AccountPause | null> {
  return withTransaction(pool, 'resuming an account', async (session) => {
    const [row] = await session.query(RESUME, [action.account]);
    if (row === undefined) return null;
    await writeAction(session, entryOf(action, 'accounts resume', 'paused', 'in use'));
    return pauseOf(row);
  });
}

function entryOf(
  { actionId, account, by, reason }: AccountAction,
  action: string,
  changedFrom: string,
  changedTo: string,
): OperatorEntry {
  return {
    actionId,
    who: by,
    action,
    captureId: null,
    account,
    reason,
    reference: null,
    changedFrom,
    changedTo,
  };
}

const LIST: Statement = {
  name: 'list_account_pauses',
  text: `select ${PAUSE_COLUMNS} from account_pauses p order by p.account`,
};

/** All pauses there are, by account. */
export async function listPauses(pool: pg.Pool): Promise<readonly AccountPause[]> {
  const rows = await withSession(pool, 'reading the pauses of accounts', (session) =>
    session.query(LIST, []),
  );
  return rows.map(pauseOf);
}

function pauseOf(row: Row): AccountPause {
  return {
    account: textOf(row, 'account'),
    pausedAt: dateOf(row, 'paused_at'),
    pausedBy: textOf(row, 'paused_by'),
    reason: textOf(row, 'reason'),
  };
}
