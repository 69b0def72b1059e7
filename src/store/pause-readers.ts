import type pg from 'pg';
import type { Clock } from '../ports/clock.js';
import type { Row } from './row.js';
import { dateOrNull, integerOrNull, textOf, textOrNull } from './row.js';
import type { Statement } from './session.js';
import { withSession } from './session.js';

/** A transaction that has looked which accounts are paused, in order to start sends, and hasn't ended. */
export interface PauseReader {
  /** Names the transaction, as `virtualtransaction` in pg_locks does. */
  readonly transaction: string;
  /** Null for a prepared transaction, which has no process. */
  readonly pid: number | null;
  readonly application: string | null;
  readonly since: Date | null;
}

/**
 * Those that hold ROW SHARE on the table: nothing but `for key share` takes it (0008_account_pauses.sql). A dump or a metrics page, which
 * only reads, isn't waited for. `pg_snapshot_xmin` wouldn't do: a statement that has looked and not yet written has no transaction id.
 */
const READERS: Statement = {
  name: 'pause_readers',
  text: `
    select l.virtualtransaction, l.pid, a.application_name, a.xact_start
    from pg_locks l left join pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'relation' and l.mode = 'RowShareLock' and l.granted
      and l.database = (select oid from pg_database where datname = current_database())
      and l.relation = 'account_pauses'::regclass
    order by a.xact_start nulls first`,
};

const LOOK_EVERY_MS = 50;

/**
 * Waits until every transaction has ended that may have looked before now, and so have missed a pause that is committed by now; at most so
 * many ms. Returns those that haven't: each may still start sends.
 */
export async function outwaitReaders(
  pool: pg.Pool,
  { clock, withinMs }: { readonly clock: Clock; readonly withinMs: number },
): Promise<readonly PauseReader[]> {
  const deadline = clock.monotonic() + withinMs;
  let left = await readers(pool);
  while (left.length > 0 && clock.monotonic() < deadline) {
    await clock.sleep(LOOK_EVERY_MS);
    const open = new Set((await readers(pool)).map(({ transaction }) => transaction));
    left = left.filter(({ transaction }) => open.has(transaction));
  }
  return left;
}

async function readers(pool: pg.Pool): Promise<readonly PauseReader[]> {
  const rows = await withSession(pool, 'looking for transactions that may have missed the pause', (session) =>
    session.query(READERS, []),
  );
  return rows.map(readerOf);
}

function readerOf(row: Row): PauseReader {
  return {
    transaction: textOf(row, 'virtualtransaction'),
    pid: integerOrNull(row, 'pid'),
    application: textOrNull(row, 'application_name'),
    since: dateOrNull(row, 'xact_start'),
  };
}
