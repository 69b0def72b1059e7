import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import { inTransaction } from '../subscriber/database.js';

// Seen from dist/examples/ledger. It isn't compiled, so it stays where it is.
const FILE = new URL('../../../examples/ledger/schema.sql', import.meta.url);

/** Held until the transaction ends: of several instances that start at once, one creates the tables and the others wait for it. */
const LOCK = "select pg_advisory_xact_lock(hashtext('ledger'))";
const EXISTS = "select from pg_namespace where nspname = 'ledger'";
const DROP = 'drop schema if exists ledger cascade';

/** Creates the ledger's tables unless they are there. */
export async function createSchema(pool: pg.Pool): Promise<void> {
  const create = await readFile(FILE, 'utf8');
  await inTransaction(pool, async (client) => {
    await client.query(LOCK);
    const { rowCount } = await client.query(EXISTS);
    if (rowCount === 0) await client.query(create);
  });
}

/**
 * Throws the ledger away, to be made anew from the topics: `forgetOffsets` makes the group read them from their start. If that rejects,
 * so does this, and the ledger is as it was: without it, a group that goes on from where it is would leave out all that came before.
 */
export async function rebuild(pool: pg.Pool, forgetOffsets: () => Promise<void>): Promise<void> {
  const create = await readFile(FILE, 'utf8');
  await inTransaction(pool, async (client) => {
    await client.query(LOCK);
    await client.query(DROP);
    await client.query(create);
    // Last, while whoever wants to book waits for the new tables. Should the commit fail after it, the old ledger is read everything once
    // more, and has it all already.
    await forgetOffsets();
  });
}
