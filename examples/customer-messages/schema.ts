import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import { inTransaction } from '../subscriber/database.js';

/** Where schema.sql lies, seen from this file compiled (dist/examples/customer-messages/schema.js): the compiler doesn't take it along. */
const SCHEMA_SQL = new URL('../../../examples/customer-messages/schema.sql', import.meta.url);

/** Held until the transaction ends: of several instances that start at once, one creates the tables and the others wait for it. */
const LOCK = "select pg_advisory_xact_lock(hashtext('customer_messages'))";
const EXISTS = "select from pg_namespace where nspname = 'customer_messages'";

/** Creates the tables unless they are there. */
export async function createSchema(pool: pg.Pool): Promise<void> {
  const create = await readFile(SCHEMA_SQL, 'utf8');
  await inTransaction(pool, async (client) => {
    await client.query(LOCK);
    const { rowCount } = await client.query(EXISTS);
    if (rowCount === 0) await client.query(create);
  });
}
