import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import type pg from 'pg';
import type { CaptureStore, OutboxStore } from '../../../src/ports/store.js';
import { createOutboxStore } from '../../../src/store/outbox.js';
import { CAPTURED } from '../../support/captures.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import {
  captureOfPayment,
  captures,
  claimOf,
  numberOf,
  pieceOf,
  rowsOf,
  testStore,
} from '../../support/store.js';
import { until } from '../../support/until.js';

describe('the outbox', () => {
  let database: TestDatabase;
  let store: CaptureStore;
  const opened: OutboxStore[] = [];
  before(async () => {
    database = await createTestDatabase();
    store = testStore(database.pool);
  });
  beforeEach(() => database.pool.query('delete from outbox_queue'));
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((outbox) => outbox.release()));
  });
  after(() => database.drop());

  function outboxOf(pool: pg.Pool): OutboxStore {
    const outbox = createOutboxStore({ pool });
    opened.push(outbox);
    return outbox;
  }

  /** Ends whatever session holds shards, as a dying server or a cut connection would. */
  const endHoldingSessions = () =>
    database.pool.query(
      "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
    );

  async function pendingThenSucceeded(paymentId: string): Promise<string> {
    const capture = captureOfPayment(paymentId);
    const { captureId } = capture;
    await store.claim([claimOf(capture)]);
    await store.record([{ captureId, pieces: [pieceOf(captureId, { is: 'unknown' })] }]);
    await store.record([{ captureId, pieces: [pieceOf(captureId, CAPTURED, { label: 'later' })] }]);
    return captureId;
  }

  it('hands out one event of each capture, the lowest sequence first, until it is published', async () => {
    const ids = [await pendingThenSucceeded('in-turn-1'), await pendingThenSucceeded('in-turn-2')];
    const outbox = outboxOf(database.pool);
    assert.deepEqual(await outbox.acquire(), [0, 1, 2, 3, 4, 5, 6, 7]);

    const first = await outbox.next(10);
    assert.deepEqual(
      first.map(({ captureId, record }) => [captureId, record.topic]),
      ids.map((captureId) => [captureId, 'capture.pending']),
    );
    assert.deepEqual(await outbox.next(10), first, 'unpublished, it is handed out again');

    await outbox.published(first.slice(0, 1).map(({ queueId }) => queueId));
    const second = await outbox.next(10);
    assert.deepEqual(
      second.map(({ captureId, record }) => [captureId, record.topic]),
      [
        [ids[0], 'capture.succeeded'],
        [ids[1], 'capture.pending'],
      ],
    );
    await outbox.published(second.map(({ queueId }) => queueId));
    await outbox.published((await outbox.next(10)).map(({ queueId }) => queueId));
    assert.deepEqual(await outbox.next(10), []);
    await outbox.published([]);
  });

  it('gives the record back byte for byte', async () => {
    const captureId = await pendingThenSucceeded('bytes ä𝄞');
    const outbox = outboxOf(database.pool);
    await outbox.acquire();
    const [event] = await outbox.next(1);
    const [row] = await rowsOf(
      database.pool,
      'select payload, id, aggregatetype, aggregateid, type from outbox where capture_id = $1 and sequence = 1',
      [captureId],
    );
    assert.ok(event !== undefined && row !== undefined);
    assert.deepEqual(event.record.key, Buffer.from('bytes ä𝄞'));
    assert.deepEqual(event.record.value, row['payload']);
    assert.equal(event.eventId, row['id']);
    assert.deepEqual(event.record.headers, [
      ['ce_id', Buffer.from(event.eventId)],
      ['traceparent', Buffer.from(captureOfPayment('any').traceparent)],
    ]);
    assert.deepEqual(
      [row['aggregatetype'], row['aggregateid'], row['type']],
      ['capture.pending', 'bytes ä𝄞', 'capture.pending'],
    );
  });

  it('takes the oldest of all shards, within the limit', async () => {
    const wanted = captures('limited', 40);
    await store.claim(wanted.map((capture) => claimOf(capture)));
    for (const { captureId } of wanted) {
      await store.record([{ captureId, pieces: [pieceOf(captureId, CAPTURED)] }]);
    }
    const outbox = outboxOf(database.pool);
    await outbox.acquire();
    assert.deepEqual(
      (await outbox.next(15)).map(({ captureId }) => captureId),
      wanted.slice(0, 15).map(({ captureId }) => captureId),
    );
    assert.ok((await numberOf(database.pool, 'select count(distinct shard) from outbox_queue')) > 4);
  });

  it('puts every capture on a shard that a relay can hold', async () => {
    const strays = await numberOf(
      database.pool,
      `select count(*) from outbox_queue where shard not in (select shard from outbox_shards)`,
    );
    assert.equal(strays, 0);
    const shards = await rowsOf(
      database.pool,
      `select distinct (get_byte(uuid_send(md5(n::text)::uuid), 15) % 8)::smallint as shard from generate_series(1, 2000) n order by 1`,
    );
    assert.deepEqual(shards, await rowsOf(database.pool, 'select shard from outbox_shards order by 1'));
  });

  it('has one relay for each shard: the second gets them when the first lets go', async () => {
    const [first, second] = [outboxOf(database.pool), outboxOf(database.anotherPool(2))];
    assert.equal((await first.acquire()).length, 8);
    assert.deepEqual(await second.acquire(), []);
    assert.deepEqual(await second.next(10), []);
    await first.release();
    await assert.rejects(first.next(10), { code: 'STORE_UNAVAILABLE' });
    assert.equal((await second.acquire()).length, 8);
    assert.equal((await second.acquire()).length, 8, 'asked again, it still holds the same');
  });

  it('notices that its session was lost, and lets another take over', async () => {
    await pendingThenSucceeded('handover');
    const [first, second] = [outboxOf(database.anotherPool(2)), outboxOf(database.anotherPool(2))];
    await first.acquire();
    assert.equal((await first.next(10)).length, 1);
    await endHoldingSessions();

    await until(async () => (await second.acquire()).length === 8);
    await assert.rejects(first.next(10), { code: 'STORE_UNAVAILABLE' });
    assert.equal((await second.next(10)).length, 1);
    assert.deepEqual(await first.acquire(), [], 'it goes on, with whatever is free');
    assert.deepEqual(await first.next(10), []);
  });

  it('can let go of a session that was lost', async () => {
    const outbox = outboxOf(database.anotherPool(1));
    await outbox.acquire();
    await endHoldingSessions();
    await outbox.release();
    await outbox.release();
    assert.equal((await outbox.acquire()).length, 8);
  });
});
