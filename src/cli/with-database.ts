import type pg from 'pg';
import { loadDatabaseSettings } from '../config/config.js';
import { checkSchema } from '../store/migrate.js';
import { createPool } from '../store/pool.js';
import type { Io } from './io.js';

/**
 * Runs `work` on the configured database, once its schema is known to be this version's, and closes it. Throws CONFIG_INVALID,
 * SCHEMA_OUT_OF_DATE, SCHEMA_TOO_NEW, or as `storeError` says.
 */
export async function withDatabase(io: Io, work: (pool: pg.Pool) => Promise<void>): Promise<void> {
  const { database, workerId } = loadDatabaseSettings(io.env, io);
  const pool = createPool({
    url: database.url,
    tls: database.tls,
    max: 2,
    applicationName: `capture-worker cli ${workerId}`,
  });
  try {
    await checkSchema(pool);
    await work(pool);
  } finally {
    await pool.end();
  }
}
