import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import { after, before, describe, it } from 'node:test';
import type { CaptureTopics } from '../../support/capture-topics.js';
import { openCaptureTopics } from '../../support/capture-topics.js';
import type { TestDatabase } from '../../support/database.js';
import { asAdmin, createTestDatabase } from '../../support/database.js';
import { anEvent } from '../../support/events.js';
import { eventually } from '../../support/eventually.js';
import type { ExampleProcess } from '../../support/example-process.js';
import { startExample } from '../../support/example-process.js';
import type { TestKafka } from '../../support/kafka.js';
import { openTestKafka } from '../../support/kafka.js';
import { openRegistryDoor } from '../../support/registry-door.js';
import { numberOf, waiting } from '../../support/store.js';

/** A success of a capture of its own. */
function aSuccess() {
  const captureId = randomBytes(8).toString('hex');
  return anEvent('capture.succeeded', { captureId, eventId: `${captureId}/1`, paymentId: captureId });
}

// What an example does in trouble is the same for both: it stands in examples/subscriber.
describe('a subscriber in trouble', { concurrency: 2 }, () => {
  let kafka: TestKafka;
  before(async () => {
    kafka = await openTestKafka();
  });
  after(() => kafka.close());

  interface Place {
    readonly topics: CaptureTopics;
    readonly database: TestDatabase;
    readonly group: string;
    start(more?: Readonly<Record<string, string>>): ExampleProcess;
    booked(captureId: string): Promise<boolean>;
  }

  async function aPlace(t: TestContext): Promise<Place> {
    const [topics, database] = [
      await openCaptureTopics(kafka, { partitions: 1 }),
      await createTestDatabase({ migrated: false }),
    ];
    const group = kafka.group();
    const env = { ...process.env, DATABASE_URL: database.url, TOPIC_PREFIX: topics.prefix, GROUP_ID: group };
    // Hooks run in the order in which they were made: the processes must be gone first.
    const processes: ExampleProcess[] = [];
    t.after(async () => {
      for (const one of processes) one.signal('SIGKILL');
      await Promise.all(processes.map(({ ended }) => ended));
      await topics.close();
      await database.drop();
    });
    return {
      topics,
      database,
      group,
      start: (more = {}) => {
        const started = startExample(t, 'ledger', { ...env, ...more });
        processes.push(started);
        return started;
      },
      booked: async (captureId) =>
        (await numberOf(database.pool, 'select count(*) from ledger.entries where capture_id = $1', [
          captureId,
        ])) === 1,
    };
  }

  it('goes on where it was when the schema registry comes back', async (t) => {
    const place = await aPlace(t);
    const door = await openRegistryDoor(process.env['SCHEMA_REGISTRY_URL'] ?? '');
    t.after(() => {
      door.close();
    });
    door.mode = 'no such page';
    const ledger = place.start({ SCHEMA_REGISTRY_URL: door.url });
    const event = aSuccess();
    await place.topics.write([event]);
    await ledger.said('could not be applied; it is tried again');
    door.mode = 'registry';
    await eventually('it is booked', () => place.booked(event.captureId));
    assert.ok(!ledger.out().includes('"level":60'));
  });

  it('tries to join until the brokers have loaded their groups', async (t) => {
    const place = await aPlace(t);
    const loading = new URL('../../support/loading-coordinator.js', import.meta.url).href;
    const ledger = place.start({ NODE_OPTIONS: `--import=${loading}` });
    const event = aSuccess();
    await place.topics.write([event]);
    await ledger.said('"subscribed"');
    await eventually('it is booked', () => place.booked(event.captureId));
    assert.ok((ledger.out().match(/Restarting the consumer/g) ?? []).length >= 2, ledger.out());
  });

  it('goes on where it was when the database comes back', async (t) => {
    const place = await aPlace(t);
    const ledger = place.start();
    await ledger.said('"subscribed"');
    const [early, late] = [aSuccess(), aSuccess()];
    await place.topics.write([early]);
    await eventually('it is booked', () => place.booked(early.captureId));
    const { pathname } = new URL(place.database.url);
    const name = pathname.slice(1);
    await asAdmin(`alter database ${name} with allow_connections false`);
    await asAdmin(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and application_name = '${place.group}'`,
    );
    await place.topics.write([late]);
    await ledger.said('could not be applied; it is tried again');
    await asAdmin(`alter database ${name} with allow_connections true`);
    await eventually('it is booked', () => place.booked(late.captureId));
    assert.ok(!ledger.out().includes('"level":60'));
  });

  it('ends what it is doing when it is told to stop, commits it and leaves the group', async (t) => {
    const place = await aPlace(t);
    const ledger = place.start();
    await ledger.said('"subscribed"');
    const event = aSuccess();
    const other = await place.database.anotherPool(1).connect();
    await other.query('begin');
    await other.query("insert into ledger.captures values ($1, 1, 'of another instance', 'pending')", [
      event.captureId,
    ]);
    await place.topics.write([event]);
    await eventually('it waits for the lock', async () => (await waiting(place.database.pool)) === 1);
    ledger.signal('SIGTERM');
    await ledger.said('"stopping"');
    assert.ok(!(await place.booked(event.captureId)), 'it is still at it');
    await other.query('rollback');
    other.release();
    assert.equal(await ledger.ended, 0, ledger.out());
    assert.ok(await place.booked(event.captureId));
    assert.equal(await place.topics.lag(place.group), 0n);
    const { groups } = await kafka.admin.describeGroups([place.group]);
    assert.deepEqual(
      groups.map(({ state }) => state),
      ['Empty'],
      'nobody has to wait for its session to run out',
    );
  });

  it('stops at an event that it can not read, says which, and never goes past it', async (t) => {
    const place = await aPlace(t);
    const [good, behind] = [aSuccess(), aSuccess()];
    await place.topics.write([good]);
    const [topic = ''] = place.topics.names;
    await kafka.append(topic, [{ key: 'poison', value: 'no event', partition: 0 }]);
    await place.topics.write([behind]);
    const first = place.start();
    assert.equal(await first.ended, 1);
    assert.ok(await place.booked(good.captureId));
    const fatal = first
      .out()
      .split('\n')
      .find((line) => line.includes('"level":60'));
    assert.match(fatal ?? '', new RegExp(`could not be applied: ${topic}, partition 0, offset 1`));
    assert.match(fatal ?? '', /magic byte/, 'and why');
    assert.match(fatal ?? '', new RegExp(`SKIP=${topic}/0/1 `), 'and how to go on without it');
    assert.equal(
      first.out().split('it is tried again').length - 1,
      1,
      'once for all tries, which fail alike',
    );
    const second = place.start();
    await second.said('could not be applied; it is tried again');
    assert.equal(await place.topics.lag(place.group), 2n, 'the poison and what is behind it');
    assert.ok(!(await place.booked(behind.captureId)));
  });

  it('leaves out a record that SKIP names, says so, and goes on behind it', async (t) => {
    const place = await aPlace(t);
    const [good, behind] = [aSuccess(), aSuccess()];
    await place.topics.write([good]);
    const [topic = ''] = place.topics.names;
    await kafka.append(topic, [{ key: 'poison', value: 'no event', partition: 0 }]);
    await place.topics.write([behind]);
    const ledger = place.start({ SKIP: `${topic}/0/1` });
    await ledger.said(`SKIP: ${topic}/0/1 is left out`);
    await ledger.said(`SKIP: ${topic}/0/1 was skipped`);
    await eventually('what is behind it is booked', () => place.booked(behind.captureId));
    assert.ok(await place.booked(good.captureId));
    await eventually('all is read', async () => (await place.topics.lag(place.group)) === 0n);
    assert.ok(!ledger.out().includes('could not be applied'), 'it was not even tried');
  });

  it('takes up the event in whose middle another instance died', async (t) => {
    const place = await aPlace(t);
    const dies = place.start();
    await dies.said('"subscribed"');
    const event = aSuccess();
    const other = await place.database.anotherPool(1).connect();
    await other.query('begin');
    await other.query('lock table ledger.postings in share mode');
    await place.topics.write([event]);
    await eventually('it waits for the lock', async () => (await waiting(place.database.pool)) === 1);
    dies.signal('SIGKILL');
    await dies.ended;
    await other.query('rollback');
    other.release();
    place.start();
    await eventually('it is booked', () => place.booked(event.captureId), 60_000);
  });
});
