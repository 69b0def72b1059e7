import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import type { CaptureStore } from '../../../src/ports/store.js';
import { listPauses, pauseAccount, resumeAccount } from '../../../src/store/account-pauses.js';
import { accountSends, hasCaptures, spreadSends } from '../../../src/store/account-sends.js';
import { outwaitReaders } from '../../../src/store/pause-readers.js';
import { systemClock } from '../../../src/system-clock.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import {
  captureOfPayment,
  captures,
  claimOf,
  MISSCHEDULED,
  numberOf,
  pieceOf,
  rowsOf,
  testStore,
  waiting,
} from '../../support/store.js';
import { until } from '../../support/until.js';

describe('a paused account', () => {
  let database: TestDatabase;
  let store: CaptureStore;
  before(async () => {
    database = await createTestDatabase();
    store = testStore(database.pool);
  });
  beforeEach(async () => {
    await database.pool.query('delete from account_pauses');
    await database.pool.query("update schedule set due_at = 'infinity'");
  });
  after(() => database.drop());

  const action = (account = 'shop') => ({ account, by: 'ann', reason: 'a drill', actionId: randomUUID() });
  const pause = (account?: string) => pauseAccount(database.pool, action(account));
  const outwait = (withinMs = 10_000) => outwaitReaders(database.pool, { clock: systemClock, withinMs });
  const startOf = (captureId: string) => ({ captureId, leaseMs: 20_000, worker: 'worker-9' });

  it('has its claims born planned, due as they say, and without an attempt; others are sent', async () => {
    await pause();
    const [ours, other] = [captureOfPayment('ours'), captureOfPayment('other', { account: 'another' })];
    const claims = await store.claim([claimOf(ours), claimOf(other)]);
    assert.deepEqual(
      claims.map(({ claimed, capture }) => [claimed, capture.status.state, capture.leaseUntil === null]),
      [
        [true, 'planned', true],
        [true, 'sending', false],
      ],
    );
    const rows = await rowsOf(
      database.pool,
      `select c.state, c.attempts, s.action, s.due_at <= now() as due,
         (select count(*)::int from attempts a where a.capture_id = c.capture_id) as made
       from captures c join schedule s using (capture_id) where capture_id = $1`,
      [ours.captureId],
    );
    assert.deepEqual(rows, [{ state: 'planned', attempts: 0, action: 'send', due: true, made: 0 }]);
  });

  it('gives no licence to what is planned, nor to a repeat, and gives it once it is resumed', async () => {
    const [planned, asked] = [
      captureOfPayment('no-licence'),
      captureOfPayment('no-repeat', { provider: 'payermax' }),
    ];
    await store.claim([claimOf(planned, { start: null }), claimOf(asked)]);
    await store.record([
      { captureId: asked.captureId, pieces: [pieceOf(asked.captureId, { is: 'unknown' })] },
    ]);
    await database.pool.query(
      "update captures set lease_until = now() - interval '1 day' where capture_id = $1",
      [asked.captureId],
    );
    const both = [startOf(planned.captureId), startOf(asked.captureId)];
    await pause();
    assert.deepEqual(await store.start(both), [null, null]);
    assert.notEqual(await resumeAccount(database.pool, action()), null);
    const begun = await store.start(both);
    assert.deepEqual(
      begun.map((capture) => capture?.status.state ?? null),
      ['sending', 'sending'],
    );
  });

  it('takes evidence as ever', async () => {
    const { captureId } = captureOfPayment('evidence');
    await store.claim([claimOf(captureOfPayment('evidence'))]);
    await pause();
    const [settled] = await store.record([
      { captureId, pieces: [pieceOf(captureId, { is: 'declined', category: 'funds' })] },
    ]);
    assert.equal(settled?.status.state, 'failed');
  });

  it('knows its claim again when it is repeated, and not once somebody else has started it', async () => {
    await pause();
    const claim = claimOf(captureOfPayment('repeated'));
    await store.claim([claim]);
    const [again] = await store.claim([claim]);
    assert.deepEqual([again?.claimed, again?.capture.status.state], [true, 'planned']);
    await resumeAccount(database.pool, action());
    await store.start([startOf(claim.capture.captureId)]);
    const [late] = await store.claim([claim]);
    assert.deepEqual([late?.claimed, late?.capture.status.state], [false, 'sending']);
  });

  it('is on record with who and why, once, however often it is paused', async () => {
    await pause('recorded');
    assert.equal(await pause('recorded'), null, 'the first pause stands');
    const [stands] = await listPauses(database.pool);
    assert.deepEqual([stands?.account, stands?.pausedBy, stands?.reason], ['recorded', 'ann', 'a drill']);
    await resumeAccount(database.pool, { ...action('recorded'), by: 'bob', reason: 'done' });
    assert.equal(await resumeAccount(database.pool, action('recorded')), null);
    const rows = await rowsOf(
      database.pool,
      `select who, action, reason, changed_from, changed_to, capture_id from operator_actions
       where account = 'recorded' order by at`,
    );
    const shared = { capture_id: null };
    assert.deepEqual(rows, [
      {
        ...shared,
        who: 'ann',
        action: 'accounts pause',
        reason: 'a drill',
        changed_from: 'in use',
        changed_to: 'paused',
      },
      {
        ...shared,
        who: 'bob',
        action: 'accounts resume',
        reason: 'done',
        changed_from: 'paused',
        changed_to: 'in use',
      },
    ]);
  });

  it('is not paused without its record', async () => {
    const taken = action('unrecorded');
    await pauseAccount(database.pool, { ...taken, account: 'somebody' });
    await assert.rejects(pauseAccount(database.pool, taken), { code: 'STORE_REFUSED_DATA' });
    assert.ok((await listPauses(database.pool)).every(({ account }) => account !== 'unrecorded'));
  });

  it('looks at what waits, and leaves it alone for a minute once subscribers know', async () => {
    await pause();
    const [told, untold] = captures('waits', 2);
    assert.ok(told !== undefined && untold !== undefined);
    await store.claim([claimOf(told), claimOf(untold)]);
    await database.pool.query(
      "update captures set announced = 'pending/not_sent', sequence = 1 where capture_id = $1",
      [told.captureId],
    );
    const taken = await store.takeDue({ actions: ['send'], rooms: new Map(), limit: 10, takenForMs: 15_000 });
    assert.deepEqual(
      taken.map(({ paused }) => paused),
      [true, true],
    );
    const rows = await rowsOf(
      database.pool,
      `select capture_id, round(extract(epoch from due_at - now()) / 5)::int * 5 as seconds
       from schedule where capture_id = any($1) order by seconds`,
      [[told.captureId, untold.captureId]],
    );
    assert.deepEqual(rows, [
      { capture_id: untold.captureId, seconds: 15 },
      { capture_id: told.captureId, seconds: 60 },
    ]);
  });

  it('has its waiting sends due one after the other when it is resumed, but not those of others or of a person', async () => {
    const crowd = captures('crowd', 2_000).map((capture) => ({ ...capture, account: 'crowded' }));
    const other = captureOfPayment('calm', { account: 'calm' });
    await store.claim([...crowd, other].map((capture) => claimOf(capture, { start: null, dueInMs: 50_000 })));
    const [parked] = crowd;
    await database.pool.query("update schedule set due_at = 'infinity' where capture_id = $1", [
      parked?.captureId,
    ]);
    assert.equal(await spreadSends(database.pool, 'crowded'), 1_999);
    const [row] = await rowsOf(
      database.pool,
      `select extract(epoch from max(due_at) - min(due_at))::float as seconds,
         max(due_at) <= now() + interval '10 s' as soon, count(distinct due_at)::int as moments
       from schedule where account = 'crowded' and due_at < 'infinity'`,
    );
    assert.deepEqual([row?.['soon'], row?.['moments']], [true, 1_999]);
    assert.ok(Number(row?.['seconds']) > 9, String(row?.['seconds']));
    assert.equal(
      await numberOf(
        database.pool,
        "select count(*) from schedule where account = 'calm' and due_at > now() + interval '30 s'",
      ),
      1,
    );
    assert.equal(await numberOf(database.pool, MISSCHEDULED), 0);
  });

  it('counts what waits and what is under way', async () => {
    const [waits, sends] = captures('counted', 2).map((capture) => ({ ...capture, account: 'counted' }));
    assert.ok(waits !== undefined && sends !== undefined);
    const [, claimed] = await store.claim([claimOf(waits, { start: null }), claimOf(sends)]);
    assert.deepEqual(await accountSends(database.pool, 'counted'), {
      waiting: 1,
      underWay: 1,
      underWayUntil: claimed?.capture.leaseUntil,
    });
    assert.equal(await hasCaptures(database.pool, 'counted'), true);
    assert.equal(await hasCaptures(database.pool, 'nobody'), false);
  });

  /** A claim that has looked for pauses and hasn't written anything, for as long as `work` runs. */
  async function withClaimBeforeItsFirstWrite(work: () => Promise<void>): Promise<string> {
    const { captureId } = captureOfPayment('between');
    const gate = await database.anotherPool(1).connect();
    await database.pool.query(`
      create function wait_at_gate() returns trigger language plpgsql as $$
      begin perform pg_advisory_xact_lock(4711); return new; end $$;
      create trigger gate before insert on captures for each row execute function wait_at_gate()`);
    try {
      await gate.query('select pg_advisory_lock(4711)');
      const claim = testStore(database.anotherPool(1)).claim([claimOf(captureOfPayment('between'))]);
      await until(async () => (await waiting(database.pool)) === 1);
      assert.equal(
        await numberOf(
          database.pool,
          "select count(*) from pg_stat_activity where wait_event = 'advisory' and datname = current_database() and backend_xid is null",
        ),
        1,
        'it has no transaction id yet',
      );
      await work();
      await gate.query('select pg_advisory_unlock(4711)');
      await claim;
    } finally {
      await gate.query('select pg_advisory_unlock_all()');
      gate.release();
      await database.pool.query('drop trigger gate on captures; drop function wait_at_gate');
    }
    return captureId;
  }

  it('waits for a claim that looked before and has not written yet, which no transaction id shows', async () => {
    let settled = false;
    let outwaited: Promise<unknown> = Promise.resolve();
    await withClaimBeforeItsFirstWrite(async () => {
      await pause();
      const left = await outwait(150);
      assert.equal(left.length, 1, 'it is named when the wait ends without it');
      assert.equal(typeof left[0]?.pid, 'number');
      outwaited = outwait().then(() => (settled = true));
      assert.equal(settled, false);
    });
    await outwaited;
    assert.equal(settled, true);
  });

  it('does not wait for who only reads', async () => {
    const reader = await database.anotherPool(1).connect();
    try {
      await reader.query('begin');
      await reader.query('select * from account_pauses');
      await pause();
      assert.deepEqual(await outwait(0), []);
    } finally {
      await reader.query('rollback');
      reader.release();
    }
  });

  it('is sent nothing from the moment that pausing it has returned, however many sessions are at it', async () => {
    for (let round = 0; round < 10; round += 1) {
      const account = `raced-${String(round)}`;
      const wanted = captures(account, 400).map((capture) => ({ ...capture, account }));
      const half = wanted.length / 2;
      await store.claim(wanted.slice(0, half).map((capture) => claimOf(capture, { start: null })));
      const rivals = Array.from({ length: 6 }, () => testStore(database.anotherPool(1)));
      const racing = Promise.all(
        rivals.map(async (rival, place) => {
          for (let at = place; at < half; at += rivals.length) {
            const [toStart, toClaim] = [wanted[at], wanted[half + at]];
            assert.ok(toStart !== undefined && toClaim !== undefined);
            await rival.start([startOf(toStart.captureId)]);
            await rival.claim([claimOf(toClaim)]);
          }
        }),
      );
      const sends = 'select count(*) from attempts a join captures c using (capture_id) where c.account = $1';
      await until(async () => (await numberOf(database.pool, sends, [account])) > 20);
      await pause(account);
      assert.deepEqual(await outwait(), []);
      const when = await numberOf(database.pool, sends, [account]);
      await racing;
      assert.equal(await numberOf(database.pool, sends, [account]), when, `round ${String(round)}`);
      assert.ok(when < wanted.length, 'it was paused before all were sent');
    }
    assert.equal(await numberOf(database.pool, MISSCHEDULED), 0);
  });
});
