import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { collectBooks } from '../../../dev/demo/collect.js';
import { compareBooks } from '../../../dev/demo/compare.js';
import { authorise, produce } from '../../../dev/demo/produce.js';
import type { Scene } from '../../../dev/demo/scene.js';
import type { Progress, WatchOptions } from '../../../dev/demo/watch.js';
import { watchUntil } from '../../../dev/demo/watch.js';
import { openTestScene } from '../../support/scene.js';
import { slowPlan } from '../../support/slow-plan.js';

const ORDERS = 400;

describe('a worker that is killed in the middle', () => {
  let scene: Scene;
  let pool: pg.Pool;
  let quiet: WatchOptions;
  let close: () => Promise<void>;

  before(async () => {
    ({ scene, pool, quiet, close } = await openTestScene({
      // Short leases, so that what a dead worker left is soon known to be open.
      settings: { CAPTURE_WORKER_LEASE_MARGIN: '1s', CAPTURE_WORKER_MAX_IN_FLIGHT: '40' },
      timeout: '2s',
      sandboxArgs: ['--permissive'],
    }));
  });
  after(() => close());

  it('captures nothing twice and loses nothing', async () => {
    const plan = slowPlan(ORDERS, 'kill', 400);
    await authorise(scene, plan.orders);
    await produce(scene, plan.messages);
    const settled = ({ succeeded, failed, pending }: Progress): number => succeeded + failed + pending;
    let killedInFlight = 0;
    for (const share of [0.15, 0.4, 0.65]) {
      const worker = await scene.startWorker();
      await watchUntil(
        scene,
        pool,
        quiet,
        (progress) => settled(progress) >= share * ORDERS && progress.open > 0,
      );
      await worker.stop('SIGKILL');
      assert.equal(await worker.ended, 'SIGKILL');
      const { rows } = await pool.query<{ open: number }>(
        "select count(*)::int as open from captures where state = 'sending'",
      );
      killedInFlight += rows[0]?.open ?? 0;
    }
    assert.ok(killedInFlight > 0, 'no request was under way at any kill: the test has shown nothing');

    const worker = await scene.startWorker();
    await watchUntil(scene, pool, quiet);
    await worker.stop();
    assert.equal(await worker.ended, 'exit code 0', await worker.recentOutput());

    const { books, doubleCaptures } = await collectBooks(scene, plan, pool);
    assert.deepEqual(compareBooks(books), []);
    assert.equal(doubleCaptures, 0);
    const lapsed = await pool.query("select 1 from evidence where finding = 'lapsed'");
    assert.ok((lapsed.rowCount ?? 0) > 0, 'what was under way is on record as never answered');
  });
});
