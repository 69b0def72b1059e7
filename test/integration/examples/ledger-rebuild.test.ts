import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { TestContext } from 'node:test';
import type { CaptureTopics } from '../../support/capture-topics.js';
import { openCaptureTopics } from '../../support/capture-topics.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { anEvent } from '../../support/events.js';
import { eventually } from '../../support/eventually.js';
import type { ExampleProcess } from '../../support/example-process.js';
import { startExample } from '../../support/example-process.js';
import type { TestKafka } from '../../support/kafka.js';
import { openTestKafka } from '../../support/kafka.js';
import { numberOf, rowsOf } from '../../support/store.js';

const EVENTS = 3;

describe('a rebuild of the ledger that would lose entries', () => {
  let kafka: TestKafka;
  let database: TestDatabase;
  let topics: CaptureTopics;
  let group: string;

  const start = (
    t: TestContext,
    args: readonly string[],
    change: Readonly<Record<string, string>> = {},
  ): ExampleProcess => {
    const own = { DATABASE_URL: database.url, TOPIC_PREFIX: topics.prefix, GROUP_ID: group };
    return startExample(t, 'ledger', { ...process.env, ...own, ...change }, args);
  };
  const entries = (): Promise<number> => numberOf(database.pool, 'select count(*) from ledger.entries');

  /** Starts a ledger that must refuse, and leave everything as it was. */
  async function refused(
    t: TestContext,
    args: readonly string[],
    change: Readonly<Record<string, string>>,
    says: RegExp,
  ): Promise<void> {
    const one = start(t, args, change);
    await one.said('"level":60');
    assert.equal(await one.ended, 1, one.out());
    assert.match(one.out(), says);
    assert.equal(await entries(), EVENTS);
    assert.equal(await topics.lag(group), 0n, 'the offsets are as they were');
  }

  before(async () => {
    kafka = await openTestKafka();
    database = await createTestDatabase({ migrated: false });
    topics = await openCaptureTopics(kafka, { partitions: 1 });
    group = kafka.group();
    const ids = Array.from({ length: EVENTS }, () => randomBytes(8).toString('hex'));
    await topics.write(
      ids.map((id) => anEvent('capture.succeeded', { captureId: id, eventId: `${id}/1`, paymentId: id })),
    );
  });
  after(async () => {
    await topics.close();
    await kafka.close();
    await database.drop();
  });

  it('is refused while there is a ledger that another group or other topics filled', async (t) => {
    const filling = start(t, []);
    await eventually('all is booked', async () => {
      return filling.out().includes('"subscribed"') && (await topics.lag(group)) === 0n;
    });
    filling.signal('SIGTERM');
    assert.equal(await filling.ended, 0, filling.out());
    assert.deepEqual(await rowsOf(database.pool, 'select group_id, topic_prefix from ledger.source'), [
      { group_id: group, topic_prefix: topics.prefix },
    ]);
    await refused(t, ['--rebuild'], { GROUP_ID: 'other' }, /GROUP_ID is \\"other\\", must be \\"test-group-/);
    await refused(t, [], { GROUP_ID: 'other' }, /GROUP_ID is \\"other\\"/);
  });

  it('is refused when the topics are not there, and says how to create them', async (t) => {
    const says = /no topic none\.capture\.succeeded, .*capture-worker topics create/;
    await refused(t, ['--rebuild'], { TOPIC_PREFIX: 'none.' }, says);
    await refused(t, [], { TOPIC_PREFIX: 'none.' }, says);
  });

  it('is refused when the beginning of a topic was deleted', async (t) => {
    const [topic = ''] = topics.names;
    await kafka.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '1' }] });
    await refused(t, ['--rebuild'], {}, new RegExp(`${topic}, partition 0 begins at offset 1`));
  });
});
