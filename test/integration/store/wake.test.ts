import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Capture } from '../../../src/capture/capture.js';
import type { Finding } from '../../../src/capture/evidence.js';
import { captureIdOf } from '../../../src/capture/ids.js';
import type { CaptureStore } from '../../../src/ports/store.js';
import { wakeAsPromised, wakeInquiry } from '../../../src/store/wake.js';
import { aCapture, CAPTURED } from '../../support/captures.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import {
  CAPTURED_WRONGLY,
  captureOfPayment,
  claimOf,
  numberOf,
  pieceOf,
  rowsOf,
  testStore,
  waiting,
} from '../../support/store.js';
import { until } from '../../support/until.js';

const DECLINED = { is: 'declined', category: 'funds' } as const;
const HOUR_MS = 3_600_000;

describe('waking the schedule', () => {
  let database: TestDatabase;
  let store: CaptureStore;
  before(async () => {
    database = await createTestDatabase();
    store = testStore(database.pool);
  });
  after(() => database.drop());

  /** A capture that was answered so, with its row, if it has one, due in an hour unless due never. */
  async function answered(
    name: string,
    finding: Finding | null,
    change: Partial<Capture> = {},
  ): Promise<Capture> {
    const capture = captureOfPayment(name, change);
    await store.claim([claimOf(capture)]);
    if (finding !== null)
      await store.record([{ captureId: capture.captureId, pieces: [pieceOf(capture.captureId, finding)] }]);
    await dueIn(capture, HOUR_MS);
    return capture;
  }

  async function dueIn({ captureId }: Capture, ms: number): Promise<void> {
    await database.pool.query(
      `update schedule set due_at = now() + $2::bigint * interval '1 millisecond'
       where capture_id = $1 and due_at < 'infinity'`,
      [captureId, ms],
    );
  }

  /** How far off its row is due, in ms; null if it has none. */
  async function dueAfter({ captureId }: Capture): Promise<number | null> {
    const [row] = await rowsOf(
      database.pool,
      `select case when due_at = 'infinity' then 'infinity'::float8
         else extract(epoch from due_at - now())::float8 * 1000 end as ms
       from schedule where capture_id = $1`,
      [captureId],
    );
    return row === undefined ? null : Number(row['ms']);
  }

  const pay = (name: string): Promise<Capture> => answered(name, { is: 'unknown' });
  const inMs = (ms: number): Date => new Date(Date.now() + ms);

  function atPayermax(captureReference: string): Pick<Capture, 'provider' | 'captureId'> {
    const { merchantId } = aCapture();
    return {
      provider: 'payermax',
      captureId: captureIdOf({ provider: 'payermax', merchantId, captureReference }),
    };
  }

  it('makes an inquiry due now', async () => {
    const capture = await pay('asked');
    assert.equal(await wakeInquiry(database.pool, capture.captureId), true);
    assert.ok(Number(await dueAfter(capture)) <= 0);
  });

  it('leaves alone what is sent or lapses, has its outcome, waits for a person, is due already or does not exist', async () => {
    const sending = await answered('sending', null);
    const done = await answered('done', CAPTURED);
    const inReview = await answered('in-review', CAPTURED_WRONGLY, atPayermax('in-review'));
    const due = await pay('due');
    await dueIn(due, -HOUR_MS);
    const planned = captureOfPayment('planned');
    await store.claim([claimOf(planned, { start: null, dueInMs: HOUR_MS })]);
    const all = [sending, done, inReview, due, planned, captureOfPayment('nobody')];
    const before = await Promise.all(all.map(dueAfter));
    for (const { captureId } of all) assert.equal(await wakeInquiry(database.pool, captureId), false);
    const after = await Promise.all(all.map(dueAfter));
    for (const [index, ms] of after.entries()) {
      const was = before[index] ?? null;
      if (ms === null || was === null || ms === Infinity) assert.equal(ms, was);
      else assert.ok(Math.abs(ms - was) < 10_000, `${String(index)}: ${String(was)} became ${String(ms)}`);
    }
    assert.equal(await numberOf(database.pool, "select count(*) from schedule where due_at = 'infinity'"), 1);
  });

  it('leaves PayerMax alone, which can not be asked', async () => {
    const capture = await answered('repeat', { is: 'unknown' }, atPayermax('repeat'));
    assert.equal(await wakeInquiry(database.pool, capture.captureId), false);
    assert.ok(Number(await dueAfter(capture)) > HOUR_MS / 2);
    const failed = await answered('failed-there', DECLINED, atPayermax('failed-there'));
    assert.equal(await wakeInquiry(database.pool, failed.captureId), false);
    assert.equal(await dueAfter(failed), null);
  });

  it('has a failed capture asked about, once', async () => {
    const capture = await answered('failed', DECLINED);
    assert.equal(await dueAfter(capture), null);
    assert.equal(await wakeInquiry(database.pool, capture.captureId), true);
    assert.ok(Number(await dueAfter(capture)) <= 0);
    const due = await store.takeDue({
      actions: ['inquire'],
      rooms: new Map(),
      limit: 100,
      takenForMs: HOUR_MS,
    });
    assert.ok(due.some((one) => one.capture.captureId === capture.captureId));
    await store.record([
      { captureId: capture.captureId, pieces: [pieceOf(capture.captureId, DECLINED, { kind: 'inquiry' })] },
    ]);
    assert.equal(await dueAfter(capture), null);
  });

  it('leaves to others what they are making of a failed capture', async () => {
    const capture = await answered('retried', DECLINED);
    const other = await database.pool.connect();
    try {
      await other.query('begin');
      await other.query(
        `with planned as (
           update captures set state = 'planned', failure_category = null where capture_id = $1 returning *
         )
         insert into schedule select capture_id, account, 'send', now() from planned`,
        [capture.captureId],
      );
      const woken = wakeInquiry(database.pool, capture.captureId);
      await until(async () => (await waiting(database.pool)) === 1);
      await other.query('commit');
      assert.equal(await woken, false);
    } finally {
      other.release();
    }
    const rows = await rowsOf(database.pool, 'select action from schedule where capture_id = $1', [
      capture.captureId,
    ]);
    assert.deepEqual(rows, [{ action: 'send' }]);
  });

  it('is put off by no notification that is recorded', async () => {
    const capture = await pay('told');
    const { captureId } = capture;
    const told = (is: 'in_process' | 'cancelled') =>
      store.record([
        { captureId, pieces: [pieceOf(captureId, { is }, { kind: 'notification', label: is })] },
      ]);
    await dueIn(capture, 10);
    await told('in_process');
    assert.ok(Number(await dueAfter(capture)) <= 10);
    await dueIn(capture, 100 * HOUR_MS);
    await told('cancelled');
    assert.ok(Number(await dueAfter(capture)) < 10 * HOUR_MS, 'it is brought forward all the same');
    await dueIn(capture, 10);
    await store.record([{ captureId, pieces: [pieceOf(captureId, { is: 'unknown' }, { kind: 'inquiry' })] }]);
    assert.ok(Number(await dueAfter(capture)) > 10, 'an answer puts it off');
  });

  it('is put off for ever by a notification for which a person must look, where nobody can be asked', async () => {
    const capture = await answered('told-wrongly', { is: 'unknown' }, atPayermax('told-wrongly'));
    const { captureId } = capture;
    await store.record([
      { captureId, pieces: [pieceOf(captureId, CAPTURED_WRONGLY, { kind: 'notification' })] },
    ]);
    assert.equal(await dueAfter(capture), Infinity);
  });

  it('brings an inquiry forward to the time that the last event promised', async () => {
    const capture = await pay('promised');
    const { captureId } = capture;
    assert.equal(await wakeAsPromised(database.pool, { captureId, sequence: 1, at: inMs(60_000) }), true);
    assert.ok(Math.abs(Number(await dueAfter(capture)) - 60_000) < 10_000);
  });

  it('never puts one off, nor brings it forward for an event of the past or one that is not the last', async () => {
    const capture = await pay('kept');
    const { captureId } = capture;
    for (const [sequence, ms] of [
      [1, 2 * HOUR_MS],
      [1, -1],
      [2, 60_000],
      [0, 60_000],
    ] as const) {
      assert.equal(await wakeAsPromised(database.pool, { captureId, sequence, at: inMs(ms) }), false);
      assert.ok(Math.abs(Number(await dueAfter(capture)) - HOUR_MS) < 10_000);
    }
  });

  it('refuses what is no capture id, and no time', async () => {
    const at = inMs(60_000);
    await assert.rejects(wakeAsPromised(database.pool, { captureId: 'x', sequence: 1, at }), {
      code: 'STORE_REFUSED_DATA',
    });
    const { captureId } = aCapture();
    for (const time of [new Date(NaN), new Date(8_640_000_000_000_000)]) {
      await assert.rejects(wakeAsPromised(database.pool, { captureId, sequence: 1, at: time }), {
        code: 'STORE_REFUSED_DATA',
      });
    }
  });
});
