import pg from 'pg';
import { migrate } from '../../src/store/migrate.js';
import type { TestDatabase } from './database.js';
import { createTestDatabase } from './database.js';

/**
 * What tells the time in this database. PostgreSQL's own functions have the same names, and are found after those of the schema if the
 * search path says so: so the store's statements, and the defaults of its columns, go by the clock that the test moves.
 * Nothing here is about what outlives a crash, so no commit waits for the disk.
 */
const CLOCK = `
  create table test_clock (at timestamptz not null);
  insert into test_clock values ('epoch');
  create function now() returns timestamptz language plpgsql stable
    as 'begin return (select at from public.test_clock); end';
  create function clock_timestamp() returns timestamptz language sql stable as 'select public.now()';
  create function statement_timestamp() returns timestamptz language sql stable as 'select public.now()';
  do $$
  begin
    execute format('alter database %I set search_path = public, pg_catalog', current_database());
    execute format('alter database %I set synchronous_commit = off', current_database());
  end
  $$`;

/** A database with the schema in place, of which the clock stands until `setClock` moves it. The caller drops it. */
export async function createClockedDatabase(): Promise<TestDatabase> {
  const database = await createTestDatabase({ migrated: false });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(CLOCK);
  } finally {
    await client.end();
  }
  await migrate(database.url, { log: () => undefined });
  return database;
}

/** Has it be this moment, in ms, for whatever begins from now on. */
export async function setClock(pool: pg.Pool, ms: number): Promise<void> {
  await pool.query('update test_clock set at = $1', [new Date(ms).toISOString()]);
}
