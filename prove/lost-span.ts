import type pg from 'pg';

/**
 * The worker's tables as they were at a moment, beside them, as a copy of the server to go back to would have them. Subscribers have their
 * books in the same database; theirs is not the one that is restored.
 */
const COPIES = 'kept';

const TABLES = `
  select quote_ident(tablename) as name from pg_tables where schemaname = 'public' and tablename <> 'pgmigrations' order by 1`;

const COLUMNS = `
  select string_agg(quote_ident(column_name), ', ' order by ordinal_position) as names
  from information_schema.columns
  where table_schema = 'public' and quote_ident(table_name) = $1 and is_generated = 'NEVER'`;

/** Copies all tables as of one moment, while workers work. */
export async function keepTables(pool: pg.Pool): Promise<void> {
  await inOne(pool, 'begin isolation level repeatable read', async (client) => {
    await client.query(`create schema ${COPIES}`);
    for (const table of await tablesOf(client))
      await client.query(`create table ${COPIES}.${table} as table public.${table}`);
  });
}

/** Puts them back, and gives the moment, by the database's clock. No worker may run. */
export async function restoreTables(pool: pg.Pool): Promise<Date> {
  return inOne(pool, 'begin', async (client) => {
    // What guards the tables against changes that nothing of the worker makes would refuse this one, too.
    await client.query('set local session_replication_role = replica');
    for (const table of await tablesOf(client)) {
      const { rows } = await client.query<{ names: string }>(COLUMNS, [table]);
      const columns = rows[0]?.names ?? '';
      await client.query(`delete from public.${table}`);
      await client.query(
        `insert into public.${table} (${columns}) overriding system value select ${columns} from ${COPIES}.${table}`,
      );
    }
    const { rows } = await client.query<{ now: Date }>('select clock_timestamp() as now');
    const [row] = rows;
    if (row === undefined) throw new Error('the clock said nothing');
    return row.now;
  });
}

async function tablesOf(client: pg.PoolClient): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(TABLES);
  return rows.map(({ name }) => name);
}

async function inOne<Result>(
  pool: pg.Pool,
  begin: string,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('commit');
    return result;
  } finally {
    client.release(true);
  }
}
