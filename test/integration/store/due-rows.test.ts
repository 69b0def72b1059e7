import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { createParkedNotifications } from '../../../src/store/parked-notifications.js';
import { takeDue } from '../../../src/store/take-due.js';
import { counted, written } from '../../support/counts.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import type { Sent } from '../../support/sent-statements.js';
import { recordStatements } from '../../support/sent-statements.js';

const ROWS = counted(100_000, 1_000_000);
const PIECE = 10_000;
const TRIES = 25;
/** What the best of the tries takes: others may keep the machine busy, so that some tries take longer. */
const ENOUGH_MS = 5;
/** Many more than the pages of 50 rows and their indexes; a look at all rows reads a hundred times as many. */
const ENOUGH_PAGES = 3_000;

interface Effort {
  /** As PostgreSQL measured it. */
  readonly ms: number;
  readonly pages: number;
}

interface Explained {
  readonly 'QUERY PLAN': readonly [
    {
      readonly Plan: Readonly<Record<'Shared Hit Blocks' | 'Shared Read Blocks', number>>;
      readonly 'Execution Time': number;
    },
  ];
}

/** What a statement cost each time; it is rolled back, so that each time meets the same rows. */
async function effortsOf(pool: pg.Pool, { text, values }: Sent): Promise<readonly Effort[]> {
  const client = await pool.connect();
  const efforts: Effort[] = [];
  try {
    for (let n = 0; n < TRIES; n += 1) {
      await client.query('begin');
      const { rows } = await client.query<Explained>(`explain (analyze, buffers, format json) ${text}`, [
        ...values,
      ]);
      await client.query('rollback');
      const explained = rows[0]?.['QUERY PLAN'][0];
      assert.ok(explained !== undefined);
      const { Plan } = explained;
      efforts.push({
        ms: explained['Execution Time'],
        pages: Plan['Shared Hit Blocks'] + Plan['Shared Read Blocks'],
      });
    }
  } finally {
    client.release();
  }
  return efforts.toSorted((a, b) => a.ms - b.ms);
}

describe(`with ${written(ROWS)} captures due and as many notifications parked`, () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  const sent: Sent[] = [];
  before(async () => {
    database = await createTestDatabase();
    await fill(database.pool);
    pool = database.anotherPool(2);
    pool.on('connect', (client) => {
      recordStatements(client, sent);
    });
  });
  after(() => database.drop());

  /** Of the statement by this name, as it was sent last. */
  async function isCheap(t: TestContext, name: string): Promise<void> {
    const statement = sent.findLast((one) => one.name === name);
    assert.ok(statement !== undefined, `${name} was not sent`);
    const efforts = await effortsOf(pool, statement);
    const [best, median] = [efforts[0], efforts[Math.floor(TRIES / 2)]];
    assert.ok(best !== undefined && median !== undefined);
    t.diagnostic(
      `${String(best.pages)} pages; best ${best.ms.toFixed(2)} ms, median ${median.ms.toFixed(2)} ms of ${String(TRIES)}`,
    );
    assert.ok(best.pages < ENOUGH_PAGES, `reads ${String(best.pages)} pages`);
    assert.ok(best.ms < ENOUGH_MS, `takes ${String(best.ms)} ms`);
  }

  it('takes 50 of them within 5 ms', async (t) => {
    const request = {
      actions: ['send', 'lapse', 'inquire'],
      rooms: new Map<string, number>(),
      limit: 50,
      takenForMs: 3_600_000,
    } as const;
    assert.equal((await takeDue(pool, request)).length, 50);
    await isCheap(t, 'take_due');
  });

  it('takes 50 of one account, and none of one that has no room, within 5 ms', async (t) => {
    const rooms = new Map([
      ['shop-0', 0],
      ['shop-1', 50],
      ['shop-2', 0],
    ]);
    const request = {
      actions: ['send', 'lapse', 'inquire'],
      rooms,
      limit: 50,
      takenForMs: 3_600_000,
    } as const;
    const taken = await takeDue(pool, request);
    assert.deepEqual(new Set(taken.map(({ capture }) => capture.account)), new Set(['shop-1']));
    assert.equal(taken.length, 50);
    await isCheap(t, 'take_due');
  });

  it('looks at those parked in the last minute within 5 ms', async (t) => {
    const request = { parkedWithinMs: 60_000, after: null, limit: 500 };
    const page = await createParkedNotifications({ pool }).joinable(request);
    assert.deepEqual(page, { found: [], end: null });
    await isCheap(t, 'joinable_notifications');
  });

  it('looks at each page of them all within 5 ms: the first, one in their midst, the last', async (t) => {
    const parked = createParkedNotifications({ pool });
    const { rows } = await pool.query<{ at: Date; id: string }>(
      `select parked_at as at, encode(notification_id, 'hex') as id
       from parked_notifications order by parked_at offset $1 limit 1`,
      [ROWS / 2],
    );
    const [middle] = rows;
    assert.ok(middle !== undefined);
    const last = { parkedAt: new Date(Date.now() - 250_000), notificationId: '' };
    for (const after of [null, { parkedAt: middle.at, notificationId: middle.id }, last]) {
      const page = await parked.joinable({ parkedWithinMs: null, after, limit: 500 });
      assert.equal(page.end === null, after === last);
      await isCheap(t, 'joinable_notifications');
    }
  });
});

/** Three accounts; one notification was parked each second, none has a capture. */
async function fill(pool: pg.Pool): Promise<void> {
  // In pieces: a busy machine would not be done with all of them within a statement's time.
  for (let first = 1; first <= ROWS; first += PIECE) {
    const numbers = `generate_series(${String(first)}, ${String(first + PIECE - 1)})`;
    await pool.query(`
      with made as (
        insert into captures (
          capture_id, provider, merchant_id, capture_reference, account, order_id, payment_id, amount, currency,
          authorised_amount, expires_at, traceparent, source_event_id, source_topic, source_partition, source_offset,
          created_at, generation, request_id, body, state, pending_reason, attempts, lease_until, lease_worker,
          evidence_count, sequence, announced, updated_at
        )
        select md5('capture' || n)::uuid, 'wallet', 'merchant-1', 'due-' || n, 'shop-' || n % 3, 'o-' || n, 'p-' || n, n,
          'IQD', n, now(), 'trace', 'e-' || n, 'order.fulfilled', 0, n, now(), 1, md5('request' || n), '\\x7b7d',
          'pending', 'unknown', 1, now(), 'worker', 1, 1, 'pending/unknown', now()
        from ${numbers} n
        returning capture_id, account
      )
      insert into schedule
      select capture_id, account, 'inquire', now() - random() * interval '1 hour' from made`);
    await pool.query(`
      insert into parked_notifications
      select sha256(n::text::bytea), md5('nobody' || n)::uuid, now() - n * interval '1 second'
      from ${numbers} n`);
  }
  // Takes longer than the session's limit with a million rows.
  const client = await pool.connect();
  await client.query("set statement_timeout = '5min'");
  await client.query('vacuum analyze');
  client.release(true);
}
