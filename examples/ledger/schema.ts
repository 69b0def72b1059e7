import { readFile } from 'node:fs/promises';
import type pg from 'pg';
import { inTransaction } from '../subscriber/database.js';
import type { KafkaSettings } from '../subscriber/settings.js';

/** Where schema.sql lies, seen from this file compiled (dist/examples/ledger/schema.js): the compiler doesn't take it along. */
const SCHEMA_SQL = new URL('../../../examples/ledger/schema.sql', import.meta.url);

/** What a ledger is filled from, for all its life: the group, whose offsets say what it has, and the topics. */
export type Source = Pick<KafkaSettings, 'groupId' | 'topicPrefix'>;

/** Held until the transaction ends: of several instances that start at once, one creates the tables and the others wait for it. */
const LOCK = "select pg_advisory_xact_lock(hashtext('ledger'))";
const EXISTS = "select from pg_namespace where nspname = 'ledger'";
const DROP = 'drop schema ledger cascade';
const SOURCE = 'select group_id, topic_prefix from ledger.source';
const INSERT_SOURCE = 'insert into ledger.source (group_id, topic_prefix) values ($1, $2)';

/** Creates the ledger's tables unless they are there. Rejects if they are there and were filled from another source. */
export async function createSchema(pool: pg.Pool, source: Source): Promise<void> {
  const sql = await readFile(SCHEMA_SQL, 'utf8');
  await inTransaction(pool, async (client) => {
    if (!(await isThere(client, source))) await create(client, sql, source);
  });
}

/**
 * Throws the ledger away, to be made anew from the topics: `forgetOffsets` makes the group read them from their start. If that rejects,
 * so does this, and the ledger is as it was: without it, a group that goes on from where it is would leave out all that came before.
 * Rejects too, before anything is done, if the ledger was filled from another source.
 */
export async function rebuild(
  pool: pg.Pool,
  source: Source,
  forgetOffsets: () => Promise<void>,
): Promise<void> {
  const sql = await readFile(SCHEMA_SQL, 'utf8');
  await inTransaction(pool, async (client) => {
    if (await isThere(client, source)) await client.query(DROP);
    await create(client, sql, source);
    // Last, while whoever wants to book waits for the new tables. Should the commit fail after it, the old ledger is read everything once
    // more, and has it all already.
    await forgetOffsets();
  });
}

/** Whether there is a ledger. Rejects if it isn't this source's. Until the transaction ends, no other instance changes that. */
async function isThere(client: pg.PoolClient, { groupId, topicPrefix }: Source): Promise<boolean> {
  await client.query(LOCK);
  const { rowCount } = await client.query(EXISTS);
  if (rowCount === 0) return false;
  const { rows } = await client.query<{ group_id: string; topic_prefix: string }>(SOURCE);
  const [filledBy] = rows;
  if (filledBy === undefined) throw new Error('ledger.source is empty: put the group and the prefix back');
  const { group_id, topic_prefix } = filledBy;
  const differ = [
    ...(group_id === groupId ? [] : [`GROUP_ID is "${groupId}", must be "${group_id}"`]),
    ...(topic_prefix === topicPrefix ? [] : [`TOPIC_PREFIX is "${topicPrefix}", must be "${topic_prefix}"`]),
  ];
  if (differ.length === 0) return true;
  throw new Error(
    `the ledger in this database is filled from another source: ${differ.join('; ')}. ` +
      'Set them so, or give a ledger of another source a database of its own (DATABASE_URL)',
  );
}

async function create(client: pg.PoolClient, sql: string, { groupId, topicPrefix }: Source): Promise<void> {
  await client.query(sql);
  await client.query(INSERT_SOURCE, [groupId, topicPrefix]);
}
