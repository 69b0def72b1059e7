import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { collectBooks } from '../../../dev/demo/collect.js';
import { compareBooks } from '../../../dev/demo/compare.js';
import { planDemo } from '../../../dev/demo/orders.js';
import { authorise, produce } from '../../../dev/demo/produce.js';
import type { Scene } from '../../../dev/demo/scene.js';
import { WALLET_SHOP } from '../../../dev/demo/shops.js';
import type { WatchOptions } from '../../../dev/demo/watch.js';
import { watchUntil } from '../../../dev/demo/watch.js';
import { openTestScene } from '../../support/scene.js';
import { numberOf } from '../../support/store.js';
import { until } from '../../support/until.js';

const ORDERS = 8;
const { account } = WALLET_SHOP;

describe('an account that a person has paused', () => {
  let scene: Scene;
  let pool: pg.Pool;
  let quiet: WatchOptions;
  let close: () => Promise<void>;

  before(async () => {
    ({ scene, pool, quiet, close } = await openTestScene({
      settings: { CAPTURE_WORKER_ANNOUNCE_UNSENT_AFTER: '1s' },
    }));
  });
  after(() => close());

  const accounts = (command: string): Promise<void> =>
    scene.command('accounts', command, account, '--reason', 'a drill', '--by', 'ann');
  const attempts = (): Promise<number> => numberOf(pool, 'select count(*) from attempts');

  it('has its orders claimed and told of, not sent, and all captured once it is resumed', async () => {
    const { orders } = planDemo(ORDERS, 'paused', [WALLET_SHOP]);
    const good = orders.map((order) => ({ ...order, scenario: { kind: 'normal' } }));
    await authorise(scene, good);
    const worker = await scene.startWorker();
    await accounts('pause');
    await until(async () => (await worker.recentOutput()).includes(`account ${account} is paused by ann`));
    await produce(
      scene,
      good.map((order) => ({ kind: 'order', order, repeat: 0 })),
    );

    const told = "select count(*) from captures where state = 'planned' and announced = 'pending/not_sent'";
    await until(async () => (await numberOf(pool, told)) === ORDERS);
    await watchUntil(scene, pool, quiet, ({ lag, queued }) => lag === 0n && queued === 0);
    assert.equal(await attempts(), 0, 'nothing was sent');
    const metric = `capture_worker_account_paused{account="${account}"}`;
    const page = async (): Promise<string> => (await fetch(`${worker.url}/metrics`)).text();
    assert.ok((await page()).includes(`${metric} 1`));

    await accounts('resume');
    await watchUntil(scene, pool, quiet);
    await until(async () => (await worker.recentOutput()).includes(`account ${account} is no longer paused`));
    assert.ok((await page()).includes(`${metric} 0`));
    await worker.stop();
    const plan = {
      orders: good,
      messages: good.map((order) => ({ kind: 'order' as const, order, repeat: 0 })),
    };
    const { books, doubleCaptures } = await collectBooks(scene, plan, pool);
    assert.deepEqual(compareBooks(books), []);
    assert.deepEqual([books.deadLetters.length, doubleCaptures, await attempts()], [0, 0, ORDERS]);
    assert.equal(books.rows.filter(({ state }) => state === 'succeeded').length, ORDERS);
    assert.equal(
      await numberOf(pool, 'select count(*) from operator_actions where account = $1', [account]),
      2,
    );
  });
});
