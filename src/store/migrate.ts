import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { CaptureWorkerError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import type { DatabaseTls } from './connection.js';
import { sslOptions } from './connection.js';
import { storeError } from './errors.js';

/** Where node-pg-migrate keeps which migrations were applied. */
const MIGRATIONS_TABLE = 'schema_migrations';
const UNDEFINED_TABLE = '42P01';

const folder = (): string => join(packageRoot(), 'migrations');

/**
 * Applies the migrations that the database lacks, all in one transaction, and returns their names. Another migrator that runs at the
 * same time is waited for. `log` is given a line for each step. Throws STORE_UNAVAILABLE, or SCHEMA_TOO_NEW if the database has
 * migrations that this build doesn't know.
 */
export async function migrate(
  databaseUrl: string,
  { log, tls = null }: { readonly log: (line: string) => void; readonly tls?: DatabaseTls | null },
): Promise<readonly string[]> {
  const doing = 'migrating';
  const client = new pg.Client({
    connectionString: databaseUrl,
    ssl: sslOptions(tls),
    application_name: 'capture-worker migrate',
    connectionTimeoutMillis: 5_000,
  });
  // A connection can break between two statements; without a listener that would end the process. The next statement tells.
  client.on('error', () => undefined);
  try {
    await client.connect();
    refuseUnknown(await appliedMigrations(client), await knownMigrations());
    const applied = await runner({
      dbClient: client,
      dir: folder(),
      migrationsTable: MIGRATIONS_TABLE,
      direction: 'up',
      advisoryLockMode: 'wait',
      log,
    });
    return applied.map(({ name }) => name);
  } catch (error) {
    throw storeError(error, doing);
  } finally {
    await client.end();
  }
}

/**
 * Throws SCHEMA_OUT_OF_DATE if the database lacks a migration of this build, and SCHEMA_TOO_NEW if it has one that this build doesn't
 * know: a worker that misreads its own fence could charge twice.
 */
export async function checkSchema(pool: pg.Pool): Promise<void> {
  const known = await knownMigrations();
  const applied = await appliedMigrations(pool).catch((error: unknown) => {
    throw storeError(error, 'checking the schema');
  });
  refuseUnknown(applied, known);
  const missing = known.filter((name) => !applied.includes(name));
  if (missing.length > 0) {
    throw new CaptureWorkerError(
      'SCHEMA_OUT_OF_DATE',
      `the database lacks ${missing.length === 1 ? 'the migration' : 'the migrations'} ${missing.join(', ')}: run \`capture-worker migrate\``,
    );
  }
}

function refuseUnknown(applied: readonly string[], known: readonly string[]): void {
  const unknown = applied.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new CaptureWorkerError(
    'SCHEMA_TOO_NEW',
    `the database was migrated by a later version (${unknown.join(', ')}): install that version of capture-worker or a later one`,
  );
}

/** The names of this build's migrations, in order. */
async function knownMigrations(): Promise<readonly string[]> {
  const files = await readdir(folder());
  return files
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -'.sql'.length))
    .sort();
}

async function appliedMigrations(database: pg.Pool | pg.Client): Promise<readonly string[]> {
  try {
    const { rows } = await database.query<{ name: string }>(
      `select name from ${MIGRATIONS_TABLE} order by id`,
    );
    return rows.map(({ name }) => name);
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === UNDEFINED_TABLE) return [];
    throw error;
  }
}
