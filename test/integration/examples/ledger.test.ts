import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestContext } from 'node:test';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import type { CaptureTopics, History } from '../../support/capture-topics.js';
import { interleaved, openCaptureTopics, randomHistories, randomSeed } from '../../support/capture-topics.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import type { ExampleProcess } from '../../support/example-process.js';
import { startExample } from '../../support/example-process.js';
import type { TestKafka } from '../../support/kafka.js';
import { openTestKafka } from '../../support/kafka.js';
import { numberOf, rowsOf } from '../../support/store.js';

const SEED = randomSeed();
const CAPTURES = 200;

/** What the books must come to: of each capture only its newest event counts. Zero where nothing is, for each currency ever booked. */
function oracle(histories: readonly History[], currencies: readonly string[]): Map<string, bigint> {
  const balances = new Map<string, bigint>();
  for (const currency of currencies) {
    let captured = 0n;
    for (const { newest } of histories) {
      if (newest.type === 'capture.succeeded' && newest.currency === currency) captured += newest.amount;
    }
    balances.set(`provider_receivable ${currency}`, captured);
    balances.set(`sales ${currency}`, -captured);
    balances.set(`provider_fees ${currency}`, 0n);
    balances.set(`settlement ${currency}`, 0n);
  }
  return balances;
}

async function balancesOf(pool: pg.Pool): Promise<Map<string, bigint>> {
  const rows = await rowsOf(pool, 'select account, currency, balance::text from ledger.balances');
  return new Map(
    rows.map(({ account, currency, balance }) => [
      `${String(account)} ${String(currency)}`,
      BigInt(String(balance)),
    ]),
  );
}

const ENTRIES = 'select count(*) from ledger.entries';
const OFF_BALANCE = `
  select count(*) from (
    select currency from ledger.postings group by currency having sum(amount) <> 0
    union all
    select currency from ledger.balances group by currency having sum(balance) <> 0
  ) as off`;

/** Looks at the books again and again, each time as of one moment, until it is stopped, or the test ends. */
function observe(t: TestContext, pool: pg.Pool): { stop(): Promise<{ looks: number; offBalance: number }> } {
  let [looks, offBalance, going] = [0, 0, true];
  t.after(() => {
    going = false;
  });
  const look = async (): Promise<void> => {
    const client = await pool.connect();
    while (going) {
      await client.query('begin isolation level repeatable read');
      const { rows } = await client.query<{ count: string }>(OFF_BALANCE);
      await client.query('commit');
      looks += 1;
      offBalance += Number(rows[0]?.count);
      // Room for those that write.
      await sleep(20);
    }
    client.release();
  };
  const done = look();
  return {
    stop: async () => {
      going = false;
      await done;
      return { looks, offBalance };
    },
  };
}

describe('the ledger', () => {
  let kafka: TestKafka;
  let database: TestDatabase;
  let topics: CaptureTopics;
  let group: string;
  const histories = randomHistories(SEED, CAPTURES);
  const events = interleaved(histories, SEED);
  const currencies = [...new Set(histories.map(({ newest }) => newest.currency))];

  before(async () => {
    kafka = await openTestKafka();
    database = await createTestDatabase({ migrated: false });
    topics = await openCaptureTopics(kafka);
    group = kafka.group();
  });
  after(async () => {
    await topics.close();
    await kafka.close();
    await database.drop();
  });

  const start = (t: TestContext, ...args: string[]): ExampleProcess =>
    startExample(
      t,
      'ledger',
      { ...process.env, DATABASE_URL: database.url, TOPIC_PREFIX: topics.prefix, GROUP_ID: group },
      args,
    );
  const allRead = (): Promise<void> =>
    eventually(
      `the group has read all (random seed ${SEED})`,
      async () => (await topics.lag(group)) === 0n,
      60_000,
    );
  const stopped = async (instance: ExampleProcess): Promise<void> => {
    instance.signal('SIGTERM');
    assert.equal(await instance.ended, 0, instance.out());
  };
  const entries = (): Promise<number> => numberOf(database.pool, ENTRIES);

  it('balances at every moment and ends as the newest events say, though an instance is killed', async (t) => {
    const third = Math.ceil(events.length / 3);
    await topics.write(events.slice(0, third));
    const [one, other] = [start(t), start(t)];
    await Promise.all([one.said('"subscribed"'), other.said('"subscribed"')]);
    const observer = observe(t, database.pool);
    await eventually('something is booked', async () => (await entries()) > 0);
    // Its partitions have much to read when it dies.
    await topics.write(events.slice(third, 2 * third));
    const before = await entries();
    await eventually('more is booked', async () => (await entries()) > before);
    one.signal('SIGKILL');
    assert.equal(await one.ended, 'SIGKILL');
    const again = start(t);
    await topics.write(events.slice(2 * third));
    await allRead();
    const { looks, offBalance } = await observer.stop();
    assert.equal(offBalance, 0, `random seed ${SEED}`);
    assert.ok(looks > 20, 'it was looked at while it was written');

    assert.deepEqual(await balancesOf(database.pool), oracle(histories, currencies), `random seed ${SEED}`);
    const rows = await rowsOf(database.pool, 'select capture_id, sequence from ledger.captures');
    assert.deepEqual(
      new Map(rows.map(({ capture_id, sequence }) => [capture_id, sequence])),
      new Map<unknown, unknown>(histories.map(({ captureId, newest }) => [captureId, newest.sequence])),
    );
    await Promise.all([stopped(other), stopped(again)]);
  });

  it('books nothing when all events are read again from the start, and is not rebuilt meanwhile', async (t) => {
    const before = await entries();
    await kafka.admin.deleteGroups([group]);
    assert.ok((await topics.lag(group)) >= BigInt(events.length));
    const reading = start(t);
    await reading.said('"subscribed"');
    const refused = start(t, '--rebuild');
    await allRead();
    assert.equal(await refused.ended, 1);
    assert.match(refused.out(), /the group \S+ has members: stop all of them first/);
    assert.equal(await entries(), before);
    assert.deepEqual(await balancesOf(database.pool), oracle(histories, currencies));
    await stopped(reading);
  });

  it('comes to the same balances when it is rebuilt', async (t) => {
    const [old] = await rowsOf(database.pool, "select 'ledger'::regnamespace::oid as id");
    const rebuilt = start(t, '--rebuild');
    await rebuilt.said('"subscribed"');
    await allRead();
    const [fresh] = await rowsOf(database.pool, "select 'ledger'::regnamespace::oid as id");
    assert.notDeepEqual(fresh, old, 'it is another schema');
    assert.deepEqual(await balancesOf(database.pool), oracle(histories, currencies));
  });
});

describe('the ledger command', () => {
  it('tells how it is used', async (t) => {
    const help = startExample(t, 'ledger', {}, ['--help']);
    assert.equal(await help.ended, 0);
    for (const word of ['--rebuild', 'KAFKA_BROKERS', 'TOPIC_PREFIX', 'ledger.balances']) {
      assert.ok(help.out().includes(word), word);
    }
  });

  it('ends with code 2 and names all that is wrong with its settings', async (t) => {
    const refused = startExample(t, 'ledger', { SCHEMA_REGISTRY_URL: 'somewhere', GROUP_ID: '' });
    assert.equal(await refused.ended, 2);
    assert.equal(refused.out(), '');
    for (const name of ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'DATABASE_URL', 'GROUP_ID']) {
      assert.ok(refused.err().includes(`  ${name}: `), name);
    }
    assert.ok(!refused.err().includes('    at '), 'no stack');
  });

  it('ends with code 2 when it is given something that it does not know', async (t) => {
    const refused = startExample(t, 'ledger', { ...process.env }, ['--rebiuld']);
    assert.equal(await refused.ended, 2);
    assert.match(refused.err(), /--rebiuld/);
  });
});
