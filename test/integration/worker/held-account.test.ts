import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { collectBooks } from '../../../dev/demo/collect.js';
import { compareBooks } from '../../../dev/demo/compare.js';
import type { DemoPlan } from '../../../dev/demo/orders.js';
import { planDemo } from '../../../dev/demo/orders.js';
import { WALLET_SHOP } from '../../../dev/demo/shops.js';
import { authorise, produce } from '../../../dev/demo/produce.js';
import type { Scene } from '../../../dev/demo/scene.js';
import type { WatchOptions } from '../../../dev/demo/watch.js';
import { watchUntil } from '../../../dev/demo/watch.js';
import { openTestScene } from '../../support/scene.js';

const ORDERS = 5;

/** Good orders, each of which meets a wallet that refuses our credentials once. */
function refusedOnce(): DemoPlan {
  const orders = planDemo(ORDERS, 'held', [WALLET_SHOP]).orders.map((order) => ({
    ...order,
    scenario: { kind: 'answer', resultCode: 'ACCESS_DENIED', times: 1 },
  }));
  return { orders, messages: orders.map((order) => ({ kind: 'order', order, repeat: 0 })) };
}

describe('an account whose credentials the provider refuses', () => {
  let scene: Scene;
  let pool: pg.Pool;
  let quiet: WatchOptions;
  let close: () => Promise<void>;

  before(async () => {
    ({ scene, pool, quiet, close } = await openTestScene({
      // One at a time, so that the account is held before the last orders come.
      settings: {
        CAPTURE_WORKER_MAX_IN_FLIGHT: '1',
        CAPTURE_WORKER_HOLD_PROBE_INTERVAL: '1s',
        CAPTURE_WORKER_RESEND_BACKOFF_BASE: '100ms',
      },
    }));
  });
  after(() => close());

  it('is held, keeps its orders, and captures them all once it was mended', async () => {
    const plan = refusedOnce();
    await authorise(scene, plan.orders);
    await produce(scene, plan.messages);
    const worker = await scene.startWorker();
    await watchUntil(scene, pool, quiet);
    assert.match(await worker.recentOutput(), /is held: the provider refuses its credentials/);
    await worker.stop();

    const { books, doubleCaptures } = await collectBooks(scene, plan, pool);
    assert.deepEqual(books.deadLetters, [], 'a held account makes no order a dead letter');
    assert.deepEqual(compareBooks(books), []);
    assert.equal(books.rows.filter(({ state }) => state === 'succeeded').length, ORDERS);
    assert.equal(doubleCaptures, 0);
    const { rows } = await pool.query<{ deferred: number }>(
      `select count(*)::int as deferred from captures c
       where c.created_at < (select min(started_at) from attempts a where a.capture_id = c.capture_id)`,
    );
    // A claim that starts its attempt does so in one transaction, which has one time.
    assert.ok((rows[0]?.deferred ?? 0) > 0, 'some orders were claimed while the account was held');
  });
});
