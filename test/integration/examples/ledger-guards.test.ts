import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { applyEvent } from '../../../examples/ledger/ledger.js';
import { createSchema } from '../../../examples/ledger/schema.js';
import { inTransaction, openPool } from '../../../examples/subscriber/database.js';
import type { CaptureEvent } from '../../../examples/subscriber/events.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { anEvent } from '../../support/events.js';
import { eventually } from '../../support/eventually.js';
import { SILENT } from '../../support/kafka.js';
import { numberOf, rowsOf } from '../../support/store.js';

const unique = (): string => randomBytes(6).toString('hex');

function eventOf(captureId: string, outcome: 'succeeded' | 'failed', sequence: number): CaptureEvent {
  const change = { captureId, sequence, eventId: `${captureId}/${String(sequence)}` };
  return { ...anEvent(`capture.${outcome}`, change), outcome, newAuthorisationNeeded: true };
}

const INSERT_ENTRY = `
  insert into ledger.entries (entry_id, capture_id, event_id, kind, reverses, provider, account_name, occurred_at)
  values ($1, $2, 'event', case when $3::text is null then 'capture' else 'reversal' end, $3, 'wallet', 'shop', now())`;
const INSERT_POSTING = 'insert into ledger.postings values ($1, $2, $3, $4)';
const ALL = 'select * from ledger.postings join ledger.entries using (entry_id) order by entry_id, account';

const [OWED, SOLD, FEES] = ['provider_receivable', 'sales', 'provider_fees'];
type Posting = readonly [account: string, currency: string, amount: number];

describe('the tables of the ledger, whoever writes to them', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  before(async () => {
    database = await createTestDatabase({ migrated: false });
    pool = openPool(database.url, { name: 'ledger-test', log: SILENT });
    await createSchema(pool, { groupId: 'ledger', topicPrefix: '' });
  });
  after(async () => {
    await pool.end();
    await database.drop();
  });

  async function aBookedCapture(): Promise<CaptureEvent> {
    const event = eventOf(unique(), 'succeeded', 1);
    await applyEvent(pool, event);
    return event;
  }

  /** Writes an entry of these postings as one transaction. */
  function write(captureId: string, postings: readonly Posting[]): Promise<void> {
    return inTransaction(pool, async (client) => {
      const id = unique();
      await client.query(INSERT_ENTRY, [id, captureId, null]);
      for (const posting of postings) await client.query(INSERT_POSTING, [id, ...posting]);
    });
  }

  it('refuse to change or remove what was booked', async () => {
    await aBookedCapture();
    const before = await rowsOf(pool, ALL);
    assert.equal(before.length, 2);
    for (const edit of [
      "update ledger.entries set provider = 'x'",
      'delete from ledger.entries',
      'truncate ledger.entries cascade',
      'update ledger.postings set amount = amount + 1',
      'delete from ledger.postings',
      'truncate ledger.postings',
    ]) {
      await assert.rejects(pool.query(edit), /is refused/, edit);
    }
    assert.deepEqual(await rowsOf(pool, ALL), before);
  });

  it('take an entry of several postings that balances', async () => {
    const { captureId } = await aBookedCapture();
    await write(captureId, [
      [OWED, 'IQD', 5],
      [FEES, 'IQD', 1],
      [SOLD, 'IQD', -6],
    ]);
  });

  const UNBALANCED: Readonly<Record<string, readonly Posting[]>> = {
    'without postings': [],
    'of one posting': [[OWED, 'IQD', 5]],
    'whose postings are not zero together': [
      [OWED, 'IQD', 5],
      [SOLD, 'IQD', -4],
    ],
    'that balances only over two currencies': [
      [OWED, 'IQD', 5],
      [SOLD, 'USD', -5],
    ],
    'of which one currency balances and one does not': [
      [OWED, 'IQD', 5],
      [SOLD, 'IQD', -5],
      [FEES, 'USD', 1],
    ],
  };
  for (const [what, postings] of Object.entries(UNBALANCED)) {
    it(`refuse an entry ${what}`, async () => {
      const { captureId } = await aBookedCapture();
      await assert.rejects(write(captureId, postings), /does not balance/);
    });
  }

  it('refuse a posting of nothing, and one on an account that there is not', async () => {
    const { captureId } = await aBookedCapture();
    await assert.rejects(write(captureId, [[OWED, 'IQD', 0]]), /check constraint/);
    await assert.rejects(write(captureId, [['nobody', 'IQD', 1]]), /foreign key/);
  });

  it('refuse postings that come after their entry, though they balance', async () => {
    const { eventId } = await aBookedCapture();
    const late = inTransaction(pool, async (client) => {
      await client.query(INSERT_POSTING, [`${eventId}:capture`, OWED, 'USD', 1]);
      await client.query(INSERT_POSTING, [`${eventId}:capture`, SOLD, 'USD', -1]);
    });
    await assert.rejects(late, /was not booked in this transaction/);
  });

  it('refuse to reverse an entry twice', async () => {
    const { captureId, eventId } = await aBookedCapture();
    await applyEvent(pool, eventOf(captureId, 'failed', 2));
    const again = pool.query(INSERT_ENTRY, [unique(), captureId, `${eventId}:capture`]);
    await assert.rejects(again, /entries_reverses_key/);
  });

  it('keep nothing of a transaction whose connection is lost in its middle', async () => {
    const { captureId } = await aBookedCapture();
    const before = await rowsOf(pool, ALL);
    const lost = inTransaction(pool, async (client) => {
      await client.query(INSERT_ENTRY, [unique(), captureId, null]);
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      const pid = rows[0]?.pid;
      await database.pool.query('select pg_terminate_backend($1)', [pid]);
      const open = (): Promise<number> =>
        numberOf(database.pool, 'select count(*) from pg_stat_activity where pid = $1', [pid]);
      // Nothing runs on the connection when it breaks.
      await eventually('the connection is gone', async () => (await open()) === 0);
      await client.query('select 1');
    });
    await assert.rejects(lost);
    assert.deepEqual(await rowsOf(pool, ALL), before);
  });
});
