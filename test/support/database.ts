import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { migrate } from '../../src/store/migrate.js';
import { createPool } from '../../src/store/pool.js';

/** A database of a test file's own, with the schema in place unless asked otherwise. */
export interface TestDatabase {
  readonly url: string;
  /** Made as the worker makes its own. */
  readonly pool: pg.Pool;
  /** Another pool on the same database, as another worker would have; closed by `drop`. */
  anotherPool(max?: number): pg.Pool;
  drop(): Promise<void>;
}

/** Creates a database on the server that DATABASE_URL names. The caller drops it when the file's tests are done. */
export async function createTestDatabase({ migrated = true } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  // Its own encoding, since a server may have been set up with another.
  await asAdmin(`create database ${name} template template0 encoding 'UTF8' locale 'C'`);
  const url = urlOf(name);
  if (migrated) await migrate(url, { log: () => undefined });
  const pools: pg.Pool[] = [];
  const anotherPool = (max = 4): pg.Pool => {
    const pool = createPool({ url, max, applicationName: 'capture-worker test' });
    pools.push(pool);
    return pool;
  };
  return {
    url,
    pool: anotherPool(),
    anotherPool,
    drop: async () => {
      await Promise.all(pools.map((pool) => pool.end()));
      await asAdmin(`drop database if exists ${name} with (force)`);
    },
  };
}

/** Runs `work` with a database of its own and drops it afterwards, whatever happens. */
export async function withDatabase(work: (database: TestDatabase) => Promise<void>): Promise<void> {
  const database = await createTestDatabase();
  try {
    await work(database);
  } finally {
    await database.drop();
  }
}

export async function asAdmin(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl() });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(adminUrl());
  url.pathname = `/${database}`;
  return url.toString();
}

function adminUrl(): string {
  const { DATABASE_URL } = process.env;
  if (DATABASE_URL === undefined) {
    throw new Error(
      'DATABASE_URL is not set: run the tests with `npm test`, or `npm run stack` and its environment',
    );
  }
  return DATABASE_URL;
}
