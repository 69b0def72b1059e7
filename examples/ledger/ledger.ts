import type pg from 'pg';
import { inTransaction } from '../subscriber/database.js';
import type { CaptureEvent } from '../subscriber/events.js';
import type { Entry, Standing } from './entries.js';
import { book } from './entries.js';

/**
 * The sequence rule of docs/events.md. Inserts or updates the capture's row, and so locks it, if the event is newer than the last one
 * applied. Only then it gives a row, with the entry that stands. If another instance is inserting the same row, this waits for it to
 * commit and goes by what it wrote.
 */
const TAKE = `
  insert into ledger.captures as known (capture_id, sequence, event_id, outcome)
  values ($1, $2, $3, $4)
  on conflict (capture_id) do update
  set sequence = excluded.sequence, event_id = excluded.event_id, outcome = excluded.outcome
  where known.sequence < excluded.sequence
  returning entry_id`;

const STANDING = `
  select provider, account_name, account, currency, amount
  from ledger.entries join ledger.postings using (entry_id)
  where entry_id = $1`;

const INSERT_ENTRY = `
  insert into ledger.entries (entry_id, capture_id, event_id, kind, reverses, provider, account_name, occurred_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8)`;

const INSERT_POSTINGS = `
  insert into ledger.postings (entry_id, account, currency, amount)
  select $1, * from unnest($2::text[], $3::text[], $4::bigint[])`;

const STANDS = 'update ledger.captures set entry_id = $2 where capture_id = $1';

/** Books an event, in one transaction; does nothing if it, or a newer one, was applied before. Rejects if it could not. */
export async function applyEvent(pool: pg.Pool, event: CaptureEvent): Promise<void> {
  const { captureId, sequence, eventId, outcome } = event;
  await inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ entry_id: string | null }>(TAKE, [
      captureId,
      sequence,
      eventId,
      outcome,
    ]);
    const [taken] = rows;
    if (taken === undefined) return;
    const standing = taken.entry_id === null ? null : await readStanding(client, taken.entry_id);
    const { reversal, capture, stands } = book(standing, event);
    if (reversal !== null) await insert(client, reversal);
    if (capture !== null) await insert(client, capture);
    await client.query(STANDS, [captureId, stands]);
  });
}

async function readStanding(client: pg.PoolClient, entryId: string): Promise<Standing> {
  type Column = 'provider' | 'account_name' | 'account' | 'currency' | 'amount';
  const { rows } = await client.query<Record<Column, string>>(STANDING, [entryId]);
  const [first] = rows;
  if (first === undefined) throw new Error(`entry ${entryId} has no postings`);
  return {
    entryId,
    provider: first.provider,
    accountName: first.account_name,
    postings: rows.map(({ account, currency, amount }) => ({ account, currency, amount: BigInt(amount) })),
  };
}

async function insert(client: pg.PoolClient, entry: Entry): Promise<void> {
  const { entryId, captureId, eventId, kind, reverses, provider, accountName, occurredAt, postings } = entry;
  await client.query(INSERT_ENTRY, [
    entryId,
    captureId,
    eventId,
    kind,
    reverses,
    provider,
    accountName,
    occurredAt,
  ]);
  await client.query(INSERT_POSTINGS, [
    entryId,
    postings.map(({ account }) => account),
    postings.map(({ currency }) => currency),
    postings.map(({ amount }) => amount.toString()),
  ]);
}
