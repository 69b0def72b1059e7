import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { collectBooks } from '../../../dev/demo/collect.js';
import { compareBooks } from '../../../dev/demo/compare.js';
import type { DemoOrder, DemoPlan } from '../../../dev/demo/orders.js';
import { planDemo } from '../../../dev/demo/orders.js';
import { authorise, produce } from '../../../dev/demo/produce.js';
import type { Shop } from '../../../dev/demo/shops.js';
import { PAYERMAX_SHOP, WALLET_SHOP, YABANDPAY_SHOP } from '../../../dev/demo/shops.js';
import { watchUntil } from '../../../dev/demo/watch.js';
import { counted } from '../../support/counts.js';
import { eventually } from '../../support/eventually.js';
import type { TestScene } from '../../support/scene.js';
import { openTestScene } from '../../support/scene.js';
import { numberOf } from '../../support/store.js';
import type { TcpGate } from '../../support/tcp-gate.js';
import { openTcpGate } from '../../support/tcp-gate.js';

const DOWN = counted(60, 2_000);
const HEALTHY = counted(120, 2_000);
/** As many as the account may have calls, and as many again that wait for them. */
const SLOW = 8;
const SLOW_MS = 5_000;
const AT_ONCE = 4;

function ordersOf(shop: Shop, count: number, scenario: DemoOrder['scenario']): readonly DemoOrder[] {
  return planDemo(count, `isolated-${shop.provider}`, [shop]).orders.map((order) => ({ ...order, scenario }));
}

describe('with one provider down, one slow and one healthy', () => {
  let test: TestScene;
  let wayToWallet: TcpGate;

  before(async () => {
    test = await openTestScene({
      settings: {
        CAPTURE_WORKER_BREAKER_CALLS: '5',
        CAPTURE_WORKER_BREAKER_BACKOFF_CAP: '1s',
        CAPTURE_WORKER_RESEND_BACKOFF_BASE: '100ms',
        CAPTURE_WORKER_RESEND_BACKOFF_CAP: '500ms',
        CAPTURE_WORKER_ANNOUNCE_UNSENT_AFTER: '2s',
      },
    });
    const file = join(test.scene.folder, 'accounts.yaml');
    const accounts = await readFile(file, 'utf8');
    const [, sandbox = ''] = /baseUrl: (\S+)/.exec(accounts) ?? [];
    wayToWallet = await openTcpGate({ host: '127.0.0.1', port: Number(new URL(sandbox).port) });
    await wayToWallet.shut();
    await writeFile(
      file,
      accounts
        .replaceAll('maxInFlight: 200', `maxInFlight: ${String(AT_ONCE)}`)
        // The wallet's is the first.
        .replace(sandbox, `http://127.0.0.1:${String(wayToWallet.port)}`),
    );
  });
  after(async () => {
    await wayToWallet.close();
    await test.close();
  });

  it('the healthy one flows, the down one waits without holding anything, and all are captured once', async () => {
    const { scene, pool, quiet } = test;
    const down = ordersOf(WALLET_SHOP, DOWN, { kind: 'normal' });
    const slow = ordersOf(YABANDPAY_SHOP, SLOW, { kind: 'delay', ms: SLOW_MS });
    const healthy = ordersOf(PAYERMAX_SHOP, HEALTHY, { kind: 'normal' });
    const orders = [...slow, ...down, ...healthy];
    const plan: DemoPlan = {
      orders,
      messages: orders.map((order) => ({ kind: 'order', order, repeat: 0 })),
    };
    const inState = (shop: Shop, ...states: string[]): Promise<number> =>
      numberOf(pool, 'select count(*) from captures where account = $1 and state = any($2)', [
        shop.account,
        states,
      ]);
    await authorise(scene, orders);
    const worker = await scene.startWorker();
    const metric = async (name: string): Promise<number> => {
      const page = await (await fetch(`${worker.url}/metrics`)).text();
      const line = page.split('\n').find((text) => text.startsWith(`${name} `));
      return Number(line?.slice(name.length));
    };
    await produce(scene, plan.messages);

    await eventually('all of the healthy one are captured', async () => {
      return (await inState(PAYERMAX_SHOP, 'succeeded')) === HEALTHY;
    });
    assert.ok((await inState(YABANDPAY_SHOP, 'sending', 'planned')) > 0, 'before the slow one is through');
    const broken = `capture_worker_account_state{account="${WALLET_SHOP.account}",state="broken"}`;
    await eventually('the down one is seen to be down', async () => (await metric(broken)) === 1);

    await watchUntil(scene, pool, quiet, ({ lag }) => lag === 0n);
    assert.equal(await inState(WALLET_SHOP, 'planned', 'sending'), DOWN, 'nothing could be sent');
    const held = ['capture_worker_in_flight', 'capture_worker_queued'].map(metric);
    // The slow one's may still be under way; of the others nothing is in memory.
    assert.ok((await Promise.all(held)).reduce((sum, one) => sum + one, 0) <= 2 * AT_ONCE);
    const told = "select count(*) from captures where account = $1 and announced = 'pending/not_sent'";
    await eventually('subscribers are told of all that wait', async () => {
      return (await numberOf(pool, told, [WALLET_SHOP.account])) === DOWN;
    });

    await wayToWallet.open();
    await watchUntil(scene, pool, quiet);
    await worker.stop();
    const said = await readFile(worker.logFile, 'utf8');
    assert.match(said, /is broken: too many calls fail/);
    assert.match(said, /works again: captures are sent as before/);
    const { books, doubleCaptures } = await collectBooks(scene, plan, pool);
    assert.deepEqual(compareBooks(books), []);
    assert.equal(books.rows.filter(({ state }) => state === 'succeeded').length, orders.length);
    assert.equal(doubleCaptures, 0);
  });
});
