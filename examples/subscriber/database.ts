import pg from 'pg';
import type { Logger } from 'pino';

/** Connections to the database that a subscriber keeps its own tables in. The one place to add `ssl`. */
export function openPool(
  url: string,
  { name, log }: { readonly name: string; readonly log: Logger },
): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: name,
    // In ms. Nothing waits without end: it fails, and is tried again.
    connectionTimeoutMillis: 5_000,
    query_timeout: 15_000,
    // What an instance that vanished had locked is free again after this.
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
  });
  // Without these two a connection that is lost while no statement runs on it would end the process. When the database goes away all of
  // them are lost, which is worth one line.
  let told = false;
  pool.on('error', ({ message }) => {
    if (!told) log.warn(`idle database connections were lost: ${message}`);
    told = true;
  });
  pool.on('connect', (client) => {
    told = false;
    client.on('error', () => undefined);
  });
  return pool;
}

/** Does the work in one transaction: all of it is committed, or the promise rejects and nothing is (or nobody knows, as ever). */
export async function inTransaction<Result>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    client.release();
    return result;
  } catch (error) {
    // Thrown away with its connection: that rolls back, and it may be what is broken.
    client.release(true);
    throw error;
  }
}
