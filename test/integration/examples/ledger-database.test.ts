import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import type pg from 'pg';
import { applyEvent } from '../../../examples/ledger/ledger.js';
import type { Source } from '../../../examples/ledger/schema.js';
import { createSchema, rebuild } from '../../../examples/ledger/schema.js';
import { openPool } from '../../../examples/subscriber/database.js';
import type { CaptureEvent } from '../../../examples/subscriber/events.js';
import type { CaptureEvent as Published, EventType } from '../../../src/capture/events.js';
import { randomHistories } from '../../support/capture-topics.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { anEvent } from '../../support/events.js';
import { eventually } from '../../support/eventually.js';
import { SILENT } from '../../support/kafka.js';
import { numberOf, rowsOf, waiting } from '../../support/store.js';

/** An event as the reader would give it. */
function read(event: Published): CaptureEvent {
  const { type, ...snapshot } = event;
  if (type === 'capture.succeeded') return { ...snapshot, outcome: 'succeeded' };
  if (type === 'capture.pending') return { ...snapshot, outcome: 'pending' };
  return { ...snapshot, outcome: 'failed', newAuthorisationNeeded: true };
}

function eventOf(captureId: string, type: EventType, sequence: number): CaptureEvent {
  return read(anEvent(type, { captureId, sequence, eventId: `${captureId}/${String(sequence)}` }));
}

const SOURCE = { groupId: 'ledger', topicPrefix: 'eu.' };
const unique = (): string => randomBytes(6).toString('hex');

/** The entries of a capture that no other has reversed. */
const STANDING = `
  select p.currency, p.amount::text
  from ledger.entries e join ledger.postings p using (entry_id)
  where e.capture_id = $1 and e.kind = 'capture' and p.account = 'provider_receivable'
    and not exists (select from ledger.entries r where r.reverses = e.entry_id)`;
const NOT_REVERSED_EXACTLY = `
  select count(*)
  from ledger.entries r
  join ledger.postings p using (entry_id)
  left join ledger.postings undone
    on undone.entry_id = r.reverses and undone.account = p.account and undone.currency = p.currency
  where r.kind = 'reversal' and p.amount is distinct from -undone.amount`;

describe('the ledger on PostgreSQL', () => {
  let database: TestDatabase;
  let pool: pg.Pool;
  before(async () => {
    database = await createTestDatabase({ migrated: false });
    // Ten connections: several instances with several partitions each.
    pool = openPool(database.url, { name: 'ledger-test', log: SILENT });
    await createSchema(pool, SOURCE);
  });
  after(async () => {
    await pool.end();
    await database.drop();
  });

  it('is created once, whoever else starts at the same moment', async () => {
    const fresh = await createTestDatabase({ migrated: false });
    const pools = Array.from({ length: 4 }, () => openPool(fresh.url, { name: 'ledger-test', log: SILENT }));
    await Promise.all(pools.map((one) => createSchema(one, SOURCE)));
    assert.equal(await numberOf(fresh.pool, 'select count(*) from ledger.accounts'), 4);
    await Promise.all(pools.map((one) => one.end()));
    await fresh.drop();
  });

  it('ends with the newest events, however many instances apply what events in what order at once', async () => {
    const race = fc.record({
      seed: fc.nat(),
      captures: fc.integer({ min: 1, max: 3 }),
      /** Which events come again, and where each delivery stands among the others. */
      again: fc.array(fc.nat(), { maxLength: 15 }),
      places: fc.array(fc.nat(), { minLength: 30, maxLength: 30 }),
    });
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(race, async ({ seed, captures, again, places }) => {
        // The captures of another run are others, and otherwise the same.
        runs += 1;
        const histories = randomHistories(String(seed), captures).map(({ events, newest }) => {
          const captureId = `${String(runs)}/${newest.captureId}`;
          return { captureId, newest, events: events.map((event) => read({ ...event, captureId })) };
        });
        const events = histories.flatMap((history) =>
          history.events.map((event) => ({ ...event, eventId: `${String(runs)}/${event.eventId}` })),
        );
        const repeats = again.flatMap((index) => events[index % events.length] ?? []);
        const deliveries = [...events, ...repeats]
          .map((event, index) => ({ event, place: places[index] ?? 0 }))
          .sort((one, other) => one.place - other.place);
        await Promise.all(deliveries.map(({ event }) => applyEvent(pool, event)));
        for (const { captureId, newest } of histories) {
          const { type, currency, amount } = newest;
          const expected = { currency, amount: amount.toString() };
          const stands = await rowsOf(pool, STANDING, [captureId]);
          assert.deepEqual(stands, type === 'capture.succeeded' ? [expected] : []);
        }
        assert.equal(await numberOf(pool, NOT_REVERSED_EXACTLY), 0);
      }),
      { numRuns: 40 },
    );
  });

  it('lets instances race for the first event of a capture, and books it once', async () => {
    for (let round = 0; round < 20; round += 1) {
      const event = eventOf(unique(), 'capture.succeeded', 1);
      await Promise.all(Array.from({ length: 8 }, () => applyEvent(pool, event)));
      assert.equal((await rowsOf(pool, STANDING, [event.captureId])).length, 1);
    }
  });

  it('books a capture, its reversal, and it again, as it is corrected twice', async () => {
    const captureId = unique();
    const types = ['capture.succeeded', 'capture.failed', 'capture.succeeded'] as const;
    for (const [index, type] of types.entries()) {
      await applyEvent(pool, eventOf(captureId, type, index + 1));
    }
    const entries = await rowsOf(
      pool,
      'select entry_id, reverses, provider, account_name from ledger.entries where capture_id = $1 order by entry_id',
      [captureId],
    );
    const shop = { provider: 'wallet', account_name: 'shop' };
    assert.deepEqual(entries, [
      { entry_id: `${captureId}/1:capture`, reverses: null, ...shop },
      { entry_id: `${captureId}/2:reversal`, reverses: `${captureId}/1:capture`, ...shop },
      { entry_id: `${captureId}/3:capture`, reverses: null, ...shop },
    ]);
  });

  it('shows all four accounts in each currency that was booked, beyond 64 bits', async () => {
    const [amount, currency] = [2n ** 63n - 1n, 'XTS'];
    for (const captureId of [unique(), unique()]) {
      await applyEvent(pool, { ...eventOf(captureId, 'capture.succeeded', 1), amount, currency });
    }
    const rows = await rowsOf(pool, "select * from ledger.balances where currency = 'XTS' order by account");
    assert.deepEqual(rows, [
      { account: 'provider_fees', currency, balance: '0' },
      { account: 'provider_receivable', currency, balance: '18446744073709551614' },
      { account: 'sales', currency, balance: '-18446744073709551614' },
      { account: 'settlement', currency, balance: '0' },
    ]);
  });

  it('stays as it was when its group can not be made to read the topics again', async () => {
    const entries = (): Promise<number> => numberOf(pool, 'select count(*) from ledger.entries');
    const before = await entries();
    assert.ok(before > 0);
    await assert.rejects(
      rebuild(pool, SOURCE, () => Promise.reject(new Error('the group has members'))),
      /has members/,
    );
    assert.equal(await entries(), before);
  });

  it('takes only the group and the topics that filled it first, and is not rebuilt from others', async () => {
    const entries = (): Promise<number> => numberOf(pool, 'select count(*) from ledger.entries');
    const before = await entries();
    assert.ok(before > 0);
    const refused = async (other: Source, says: RegExp): Promise<void> => {
      await assert.rejects(createSchema(pool, other), says);
      const forget = (): Promise<void> => Promise.reject(new Error('the offsets were touched'));
      await assert.rejects(rebuild(pool, other, forget), says);
    };
    await refused({ ...SOURCE, groupId: 'other' }, /GROUP_ID is "other", must be "ledger"/);
    await refused({ ...SOURCE, topicPrefix: '' }, /TOPIC_PREFIX is "", must be "eu\."/);
    await createSchema(pool, SOURCE);
    assert.equal(await entries(), before);
  });

  it('books an event in the new ledger that is applied while it is rebuilt', async () => {
    const event = eventOf(unique(), 'capture.succeeded', 1);
    let applied = Promise.resolve();
    await rebuild(pool, SOURCE, async () => {
      applied = applyEvent(pool, event);
      await eventually('the event waits', async () => (await waiting(database.pool)) === 1);
    });
    await applied;
    assert.deepEqual(await rowsOf(pool, 'select entry_id from ledger.entries'), [
      { entry_id: `${event.eventId}:capture` },
    ]);
  });
});
