import type pg from 'pg';
import { dateOf } from './row.js';
import type { Statement } from './session.js';
import { withSession } from './session.js';

const NOW: Statement = { name: 'database_time', text: 'select clock_timestamp() as now' };

/** What the database's clock says. Leases and all that is judged by them go by it. */
export async function databaseTime(pool: pg.Pool): Promise<Date> {
  const [row] = await withSession(pool, 'reading its clock', (session) => session.query(NOW, []));
  if (row === undefined) throw new Error('a statement that always gives one row gave none');
  return dateOf(row, 'now');
}
