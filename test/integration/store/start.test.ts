import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Finding } from '../../../src/capture/evidence.js';
import type { CaptureStore } from '../../../src/ports/store.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { CAPTURED } from '../../support/captures.js';
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

describe('start', () => {
  let database: TestDatabase;
  let store: CaptureStore;
  before(async () => {
    database = await createTestDatabase();
    store = testStore(database.pool);
  });
  after(() => database.drop());

  const startOf = (captureId: string, worker = 'worker-9') => ({ captureId, leaseMs: 20_000, worker });

  it('starts a planned capture: attempt, lease and schedule', async () => {
    const capture = captureOfPayment('planned');
    await store.claim([claimOf(capture, { start: null })]);
    const [begun] = await store.start([startOf(capture.captureId)]);

    assert.deepEqual(begun?.status, { state: 'sending', attempt: 1 });
    const [row] = await rowsOf(
      database.pool,
      `select c.state, c.attempts, c.lease_worker, a.number, a.worker, s.action,
         c.lease_until = a.lease_until and c.lease_until = s.due_at as same,
         c.lease_until > now() + interval '19 s' and c.lease_until <= now() + interval '20 s' as leased
       from captures c join attempts a using (capture_id) join schedule s using (capture_id) where capture_id = $1`,
      [capture.captureId],
    );
    assert.deepEqual(row, {
      state: 'sending',
      attempts: 1,
      lease_worker: 'worker-9',
      number: 1,
      worker: 'worker-9',
      action: 'lapse',
      same: true,
      leased: true,
    });
  });

  it('numbers a second attempt after one that had no effect', async () => {
    const capture = captureOfPayment('second');
    await store.claim([claimOf(capture)]);
    await store.record([
      { captureId: capture.captureId, pieces: [pieceOf(capture.captureId, { is: 'not_sent' })] },
    ]);
    const [begun] = await store.start([startOf(capture.captureId)]);

    assert.deepEqual(begun?.status, { state: 'sending', attempt: 2 });
    const rows = await rowsOf(
      database.pool,
      'select number, request_id from attempts where capture_id = $1 order by number',
      [capture.captureId],
    );
    assert.deepEqual(rows, [
      { number: 1, request_id: capture.requestId },
      { number: 2, request_id: capture.requestId },
    ]);
  });

  const endings: [string, Finding][] = [
    ['pending', { is: 'unknown' }],
    ['succeeded', CAPTURED],
    ['failed', { is: 'declined', category: 'funds' }],
  ];
  for (const [state, finding] of endings) {
    it(`starts nothing for a capture that is ${state}`, async () => {
      const capture = captureOfPayment(state);
      await store.claim([claimOf(capture)]);
      const { captureId } = capture;
      const [settled] = await store.record([{ captureId, pieces: [pieceOf(captureId, finding)] }]);
      assert.equal(settled?.status.state, state);
      assert.deepEqual(await store.start([startOf(captureId)]), [null]);
      assert.equal(
        await numberOf(database.pool, 'select count(*) from attempts where capture_id = $1', [captureId]),
        1,
      );
    });
  }

  it('starts nothing for one that is sending, in review or unknown, and the others of the batch all the same', async () => {
    const [sending, inReview, planned] = captures('batch', 3);
    assert.ok(sending !== undefined && inReview !== undefined && planned !== undefined);
    await store.claim([
      claimOf(sending),
      claimOf(inReview, { start: null }),
      claimOf(planned, { start: null }),
    ]);
    await database.pool.query("update captures set review = 'repeated_account_fault' where capture_id = $1", [
      inReview.captureId,
    ]);
    const missing = captureOfPayment('missing').captureId;
    const begun = await store.start(
      [missing, sending.captureId, planned.captureId, inReview.captureId].map((captureId) =>
        startOf(captureId),
      ),
    );
    assert.deepEqual(
      begun.map((capture) => capture?.captureId ?? null),
      [null, null, planned.captureId, null],
    );
  });

  it('lets one of many workers start each capture', async () => {
    const wanted = captures('contended', 30);
    await store.claim(wanted.map((capture) => claimOf(capture, { start: null })));
    const rivals = Array.from({ length: 4 }, () => testStore(database.anotherPool(2)));
    const results = await Promise.all(
      rivals.map((rival, worker) =>
        rival.start(
          (worker % 2 === 0 ? wanted : wanted.toReversed()).map(({ captureId }) =>
            startOf(captureId, `rival-${String(worker)}`),
          ),
        ),
      ),
    );
    const begun = results.flat().flatMap((capture) => capture?.captureId ?? []);
    assert.deepEqual(begun.toSorted(), wanted.map(({ captureId }) => captureId).toSorted());
    assert.equal(
      await numberOf(database.pool, "select count(*) from attempts where worker like 'rival-%'"),
      30,
    );
    assert.equal(await numberOf(database.pool, MISSCHEDULED), 0);
  });

  it('judges a capture as it is once the lock is held, not as it was when asked', async () => {
    const { captureId } = captureOfPayment('judged');
    await store.claim([claimOf(captureOfPayment('judged'), { start: null })]);
    const holder = await database.pool.connect();
    let results;
    try {
      await holder.query('begin');
      await holder.query('select from captures where capture_id = $1 for update', [captureId]);
      const starts = Promise.all(
        ['first', 'second'].map((worker) =>
          testStore(database.anotherPool(1)).start([startOf(captureId, worker)]),
        ),
      );
      await until(async () => (await waiting(database.pool)) === 2);
      await holder.query('commit');
      results = await starts;
    } finally {
      holder.release();
    }
    const states = results.flat().map((capture) => capture?.status.state ?? null);
    assert.deepEqual(states.toSorted(), [null, 'sending'].toSorted());
  });

  it('refuses a batch that names a capture twice', async () => {
    const { captureId } = captureOfPayment('twice');
    await assert.rejects(store.start([startOf(captureId), startOf(captureId)]), {
      code: 'STORE_REFUSED_DATA',
    });
    assert.deepEqual(await store.start([]), []);
  });
});
