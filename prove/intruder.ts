import pg from 'pg';

/** A session of a stranger's on the database of a run, which waits for locks as long as it must. */
export interface Intruder {
  readonly pid: number;
  query<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  close(): Promise<void>;
}

export async function openIntruder(databaseUrl: string): Promise<Intruder> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'prove intruder' });
  client.on('error', () => undefined);
  await client.connect();
  async function query<Row extends pg.QueryResultRow>(
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<readonly Row[]> {
    const { rows } = await client.query<Row>(sql, [...values]);
    return rows;
  }
  const [own] = await query<{ pid: number }>('select pg_backend_pid() as pid');
  if (own === undefined) throw new Error('a session has a process');
  return { pid: own.pid, query, close: () => client.end() };
}

/** The SQLSTATE of what PostgreSQL refused; null for any other error. */
export function sqlstateOf(error: unknown): string | null {
  return error instanceof pg.DatabaseError ? (error.code ?? null) : null;
}

/** Ends the sessions of all workers, who connect anew. */
export const END_WORKERS = `
  select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and application_name like 'capture-worker worker-%'`;
