import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { CaptureStore } from '../../../src/ports/store.js';
import { createWaitingStore } from '../../../src/store/overlooked.js';
import { CAPTURED } from '../../support/captures.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import {
  captureOfPayment,
  CAPTURED_WRONGLY,
  captures,
  claimOf,
  numberOf,
  pieceOf,
  rowsOf,
  testStore,
} from '../../support/store.js';

describe('the schedule', () => {
  let database: TestDatabase;
  let store: CaptureStore;
  before(async () => {
    database = await createTestDatabase();
    store = testStore(database.pool);
  });
  // What an earlier test left is out of the next one's way.
  beforeEach(() => database.pool.query("update schedule set due_at = 'infinity'"));
  after(() => database.drop());

  const take = (change: Partial<Parameters<CaptureStore['takeDue']>[0]> = {}) =>
    store.takeDue({ actions: ['send'], rooms: new Map(), limit: 100, takenForMs: 60_000, ...change });
  const dueIn = (captureId: string, interval: string) =>
    database.pool.query(`update schedule set due_at = now() + $2::interval where capture_id = $1`, [
      captureId,
      interval,
    ]);

  it('hands out due rows, oldest due first, and pushes them ahead', async () => {
    const [a, b, c, later] = captures('due', 4);
    assert.ok(a !== undefined && b !== undefined && c !== undefined && later !== undefined);
    await store.claim([a, b, c, later].map((capture) => claimOf(capture, { start: null })));
    await dueIn(a.captureId, '-1 second');
    await dueIn(b.captureId, '-3 seconds');
    await dueIn(c.captureId, '-2 seconds');
    await dueIn(later.captureId, '1 minute');

    const taken = await take({ limit: 2 });
    assert.deepEqual(
      taken.map(({ action, capture }) => [action, capture.captureId]),
      [
        ['send', b.captureId],
        ['send', c.captureId],
      ],
    );
    assert.deepEqual(taken[0]?.capture.money, b.money);
    assert.deepEqual(
      (await take()).map(({ capture }) => capture.captureId),
      [a.captureId],
    );
    assert.deepEqual(await take(), []);
    const pushed = `select count(*) from schedule where due_at between now() + interval '55 s' and now() + interval '60 s'`;
    assert.equal(await numberOf(database.pool, pushed), 4);
  });

  it('gives a taken row back by the passing of time', async () => {
    await store.claim([claimOf(captureOfPayment('back'), { start: null })]);
    assert.equal((await take({ takenForMs: 0 })).length, 1);
    assert.equal((await take()).length, 1, 'it was taken for no time at all');
    assert.equal((await take()).length, 0);
  });

  it('takes only the actions asked for', async () => {
    const [planned, pending] = captures('actions', 2);
    assert.ok(planned !== undefined && pending !== undefined);
    await store.claim([claimOf(planned, { start: null }), claimOf(pending)]);
    await store.record([
      { captureId: pending.captureId, pieces: [pieceOf(pending.captureId, { is: 'unknown' })] },
    ]);
    await dueIn(pending.captureId, '-1 second');
    assert.deepEqual(
      (await take({ actions: ['send', 'lapse'] })).map(({ capture }) => capture.captureId),
      [planned.captureId],
    );
    assert.deepEqual(
      (await take({ actions: ['inquire'] })).map(({ action, capture }) => [action, capture.captureId]),
      [['inquire', pending.captureId]],
    );
  });

  it('never takes what waits for a person', async () => {
    const { captureId } = captureOfPayment('parked');
    await store.claim([claimOf(captureOfPayment('parked'))]);
    await store.record([{ captureId, pieces: [pieceOf(captureId, CAPTURED_WRONGLY)] }]);
    assert.deepEqual(await take({ actions: ['send', 'lapse', 'inquire'] }), []);
    assert.equal(
      await numberOf(database.pool, 'select count(*) from schedule where capture_id = $1', [captureId]),
      1,
    );
  });

  it('lets a lapse be taken only after the lease has ended by database time', async () => {
    const capture = captureOfPayment('lapse');
    const { captureId } = capture;
    await store.claim([claimOf(capture)]);
    // Due too early, as after a clock that was set back.
    await dueIn(captureId, '-1 second');
    assert.deepEqual(await take({ actions: ['lapse'] }), []);
    await database.pool.query(
      "update captures set lease_until = now() - interval '1 ms' where capture_id = $1",
      [captureId],
    );
    const [lapsed] = await take({ actions: ['lapse'] });
    assert.deepEqual([lapsed?.action, lapsed?.capture.status], ['lapse', { state: 'sending', attempt: 1 }]);
  });

  it('never gives one row to two takers, and leaves none behind', async () => {
    const due = captures('shared', 200);
    await store.claim(due.map((capture) => claimOf(capture, { start: null })));
    const takers = Array.from({ length: 6 }, () => testStore(database.anotherPool(1)));
    const taken: string[] = [];
    await Promise.all(
      takers.map(async (taker) => {
        for (;;) {
          const mine = await taker.takeDue({
            actions: ['send'],
            rooms: new Map(),
            limit: 9,
            takenForMs: 60_000,
          });
          if (mine.length === 0) return;
          taken.push(...mine.map(({ capture }) => capture.captureId));
        }
      }),
    );
    assert.deepEqual(taken.toSorted(), due.map(({ captureId }) => captureId).toSorted());
  });

  it('lets accounts take turns when more is due than the limit', async () => {
    const crowd = captures('crowd', 50).map((capture) => ({ ...capture, account: 'crowded' }));
    const one = captureOfPayment('one', { account: 'quiet' });
    await store.claim([...crowd, one].map((capture) => claimOf(capture, { start: null })));
    await database.pool.query(
      "update schedule set due_at = due_at - interval '1 hour' where account = 'crowded'",
    );
    const taken = await take({ limit: 10 });
    assert.equal(taken.length, 10);
    assert.ok(taken.some(({ capture }) => capture.captureId === one.captureId));
  });

  it('takes of each account what it has room for, and none where there is none, however much is due', async () => {
    const of = (account: string, count: number) =>
      captures(account, count).map((capture) => ({ ...capture, account }));
    const all = [...of('roomy', 20), ...of('full', 20), ...of('unknown', 20)];
    await store.claim(all.map((capture) => claimOf(capture, { start: null })));
    await database.pool.query(
      "update schedule set due_at = due_at - interval '1 hour' where account in ('full', 'unknown')",
    );
    const rooms = new Map([
      ['roomy', 7],
      ['full', 0],
      ['idle', 5],
    ]);
    const counts = async (): Promise<readonly number[]> => {
      const taken = await take({ rooms, limit: 3 });
      return ['roomy', 'full', 'unknown'].map(
        (name) => taken.filter(({ capture }) => capture.account === name).length,
      );
    };
    assert.deepEqual(
      [await counts(), await counts(), await counts()],
      [
        [7, 0, 3],
        [7, 0, 3],
        [6, 0, 3],
      ],
    );
  });

  it('shares an account’s room between what is to be sent and to be asked about, oldest due first', async () => {
    const [older, newer, asked] = captures('shared room', 3);
    assert.ok(older !== undefined && newer !== undefined && asked !== undefined);
    await store.claim([claimOf(older, { start: null }), claimOf(newer, { start: null }), claimOf(asked)]);
    await store.record([
      { captureId: asked.captureId, pieces: [pieceOf(asked.captureId, { is: 'unknown' })] },
    ]);
    await dueIn(older.captureId, '-3 seconds');
    await dueIn(asked.captureId, '-2 seconds');
    await dueIn(newer.captureId, '-1 seconds');
    const rooms = new Map([[older.account, 2]]);
    const taken = await take({ actions: ['send', 'lapse', 'inquire'], rooms });
    assert.deepEqual(
      taken.map(({ capture }) => capture.captureId),
      [older.captureId, asked.captureId],
    );
  });

  it('takes lapses of an account that has no room: nobody is called for them', async () => {
    const capture = captureOfPayment('lapse of a full one');
    await store.claim([claimOf(capture)]);
    await dueIn(capture.captureId, '-1 second');
    await database.pool.query(
      "update captures set lease_until = now() - interval '1 ms' where capture_id = $1",
      [capture.captureId],
    );
    const taken = await take({ actions: ['send', 'lapse'], rooms: new Map([[capture.account, 0]]) });
    assert.deepEqual(
      taken.map(({ action }) => action),
      ['lapse'],
    );
  });

  it('tells what was not sent for so long and nobody knows of, until it is told', async () => {
    const overlooked = (unsentForMs: number): Promise<readonly string[]> =>
      createWaitingStore({ pool: database.pool }).overlooked({
        unsentForMs,
        contradictedForMs: 0,
        limit: 10,
      });
    const [waiting, parked] = captures('overlooked', 2);
    assert.ok(waiting !== undefined && parked !== undefined);
    await store.claim([waiting, parked].map((capture) => claimOf(capture, { start: null })));
    await dueIn(parked.captureId, 'infinity');
    await dueIn(waiting.captureId, '1 hour');
    await database.pool.query(
      "update captures set created_at = now() - interval '10 min' where capture_id = any($1)",
      [[waiting.captureId, parked.captureId]],
    );
    assert.deepEqual(await overlooked(660_000), []);
    assert.deepEqual(await overlooked(540_000), [waiting.captureId]);
    await store.record([{ captureId: waiting.captureId, pieces: [] }]);
    assert.deepEqual(await overlooked(540_000), []);
  });

  const inconsistencies: [string, string][] = [
    ['a capture loses its row', 'delete from schedule'],
    [
      'a row is for something else than the state calls for',
      "update captures set state = 'planned', sending_attempt = null where order_id = 'order-of-guarded'",
    ],
    [
      'a capture gets its outcome and keeps its row',
      "update captures set state = 'succeeded', sending_attempt = null, announced = 'succeeded', sequence = 1 where order_id = 'order-of-guarded'",
    ],
    ['a row has no capture', "insert into schedule values (gen_random_uuid(), 'shop', 'send', now())"],
    ['the schedule is emptied', 'truncate schedule'],
  ];
  for (const [what, sql] of inconsistencies) {
    it(`refuses a statement after which ${what}`, async () => {
      const { captureId } = captureOfPayment('guarded');
      await store.claim([claimOf(captureOfPayment('guarded'))]);
      await assert.rejects(database.pool.query(sql), { code: '23000' });
      const found = await rowsOf(
        database.pool,
        'select c.state, s.action from captures c join schedule s using (capture_id) where capture_id = $1',
        [captureId],
      );
      assert.deepEqual(found, [{ state: 'sending', action: 'lapse' }]);
    });
  }

  for (const table of ['captures', 'attempts', 'evidence', 'outbox']) {
    it(`keeps the rows of ${table}, whoever wants them gone`, async () => {
      const capture = captureOfPayment('kept');
      await store.claim([claimOf(capture)]);
      await store.record([{ captureId: capture.captureId, pieces: [pieceOf(capture.captureId, CAPTURED)] }]);
      await assert.rejects(database.pool.query(`delete from ${table}`), { code: '23000' });
      await assert.rejects(database.pool.query(`truncate ${table}`), { code: '23000' });
      assert.ok((await numberOf(database.pool, `select count(*) from ${table}`)) > 0);
    });
  }
});
