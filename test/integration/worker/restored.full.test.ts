import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import kafkajs from 'kafkajs';
import { isDeepStrictEqual } from 'node:util';
import pg from 'pg';
import { collectBooks } from '../../../dev/demo/collect.js';
import { RECEIVABLE } from '../../../dev/demo/compare-ledger.js';
import type { DemoOrder } from '../../../dev/demo/orders.js';
import { planDemo } from '../../../dev/demo/orders.js';
import { authorise, produce } from '../../../dev/demo/produce.js';
import type { Scene } from '../../../dev/demo/scene.js';
import type { Shop } from '../../../dev/demo/shops.js';
import { SHOPS, WALLET_SHOP } from '../../../dev/demo/shops.js';
import type { Snapshot } from '../../../dev/demo/snapshot.js';
import { takeSnapshot } from '../../../dev/demo/snapshot.js';
import type { Progress, WatchOptions } from '../../../dev/demo/watch.js';
import { watchUntil } from '../../../dev/demo/watch.js';
import { consumptionsOf } from '../../../src/kafka/consumption.js';
import { topicNames } from '../../../src/kafka/topics.js';
import type { TestDatabase } from '../../support/database.js';
import { createTestDatabase } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import type { Counted } from '../../support/sandbox-admin.js';
import { openTestScene } from '../../support/scene.js';
import { numberOf, rowsOf } from '../../support/store.js';

const SETTINGS = {
  CAPTURE_WORKER_LEASE_MARGIN: '1s',
  CAPTURE_WORKER_QUIET_PERIOD: '1s',
  CAPTURE_WORKER_RESEND_SPACING: '300ms',
  CAPTURE_WORKER_INQUIRY_BACKOFF_BASE: '200ms',
  CAPTURE_WORKER_INQUIRY_BACKOFF_CAP: '500ms',
};

function sorted(sums: ReadonlyMap<string, bigint>): [string, bigint][] {
  return [...sums].sort(([one], [other]) => (one < other ? -1 : 1));
}

/** Orders that nothing goes wrong with, by a prefix of their own. */
function goodOrders(count: number, seed: string, shops: readonly Shop[] = SHOPS): DemoOrder[] {
  return planDemo(count, seed, shops).orders.map((order) => ({
    ...order,
    reference: `${seed}_${order.reference}`,
    scenario: { kind: 'normal' },
  }));
}

describe('a worker whose database was restored to an earlier moment', () => {
  let scene: Scene;
  let quiet: WatchOptions;
  let close: () => Promise<void>;
  let subscribers: TestDatabase;
  let snapshot: Snapshot | null = null;

  before(async () => {
    ({ scene, quiet, close } = await openTestScene(
      { settings: SETTINGS, timeout: '2s', sandboxArgs: ['--permissive'] },
      240_000,
    ));
    subscribers = await createTestDatabase({ migrated: false });
  });
  after(async () => {
    await snapshot?.drop();
    await close();
    await subscribers.drop();
  });

  /** Connections of its own each time, since the database is copied and dropped in between. */
  async function withPool<Result>(work: (pool: pg.Pool) => Promise<Result>): Promise<Result> {
    const pool = new pg.Pool({ connectionString: scene.databaseUrl, max: 2 });
    try {
      return await work(pool);
    } finally {
      await pool.end();
    }
  }

  const settle = (done: (progress: Progress) => boolean): Promise<void> =>
    withPool((pool) => watchUntil(scene, pool, quiet, done));
  const allDone = ({ lag, open, pending, queued }: Progress, left = 0): boolean =>
    lag === 0n && open === 0 && queued === 0 && pending === left;
  const accounts = (command: string): Promise<void> =>
    scene.command('accounts', command, WALLET_SHOP.account, '--reason', 'a drill', '--by', 'ann');

  async function order(orders: readonly DemoOrder[]): Promise<void> {
    await authorise(scene, orders);
    await produce(
      scene,
      orders.map((one) => ({ kind: 'order', order: one, repeat: 0 })),
    );
  }

  /** Both groups read everything again. */
  async function setOffsetsBack(): Promise<void> {
    const admin = new kafkajs.Kafka({
      brokers: scene.stack.env.KAFKA_BROKERS.split(','),
      logLevel: kafkajs.logLevel.NOTHING,
    }).admin();
    await admin.connect();
    try {
      for (const { group, topics } of consumptionsOf(scene.group, topicNames(scene.topicPrefix)))
        for (const topic of topics) await admin.resetOffsets({ groupId: group, topic, earliest: true });
    } finally {
      await admin.disconnect();
    }
  }

  /** How many capture requests have reached each provider. */
  async function captureCalls(): Promise<Readonly<Record<string, number>>> {
    const answer = await fetch(`${scene.sandbox.adminUrl}/summary`);
    const summaries = (await answer.json()) as Readonly<Record<string, Counted>>;
    return Object.fromEntries(
      Object.entries(summaries).map(([provider, { calls }]) => {
        const answers = calls[provider === 'yabandpay' ? 'v3.Capture' : 'capture'] ?? {};
        return [provider, Object.values(answers).reduce((sum, count) => sum + count, 0)];
      }),
    );
  }

  it('sends nothing again, sends what was never sent, and leaves the subscribers right', async () => {
    await scene.startExample('ledger', { DATABASE_URL: subscribers.url });
    const first = await scene.startWorker();
    const [kept, waiting] = [goodOrders(30, 'kept'), goodOrders(6, 'waiting', [WALLET_SHOP])];
    await order(kept);
    await settle(({ succeeded }) => succeeded === kept.length);
    await accounts('pause');
    await order(waiting);
    await settle(({ lag, open }) => lag === 0n && open === waiting.length);
    await first.stop();
    snapshot = await takeSnapshot(scene.databaseUrl);

    await accounts('resume');
    const second = await scene.startWorker();
    const lost = goodOrders(60, 'lost');
    await order(lost);
    await settle((progress) => allDone(progress));
    await second.stop();
    const before = await captureCalls();
    const fresh = goodOrders(12, 'fresh');
    await order(fresh);

    const restoredAt = await snapshot.restore();
    await setOffsetsBack();
    const third = await scene.startWorker({ CAPTURE_WORKER_INQUIRE_FIRST: restoredAt.toISOString() });
    const ofPayerMax = [...lost, ...fresh].filter(({ shop }) => shop.provider === 'payermax').length;
    // The wallet is paused again, as it was: what was captured is found all the same, what wasn't waits for the end of the pause.
    const ofWallet = fresh.filter(({ shop }) => shop.provider === 'wallet').length;
    await settle((progress) => allDone(progress, ofPayerMax + ofWallet));
    assert.equal(
      (await captureCalls())['wallet'],
      before['wallet'],
      'nothing was sent through the paused account',
    );
    await accounts('resume');
    await settle((progress) => allDone(progress, ofPayerMax));
    await third.stop();
    assert.equal(await third.ended, 'exit code 0', await third.recentOutput());

    const calls = await captureCalls();
    const freshOf = (name: string): number => fresh.filter(({ shop }) => shop.provider === name).length;
    assert.deepEqual(calls, {
      wallet: (before['wallet'] ?? 0) + freshOf('wallet'),
      yabandpay: (before['yabandpay'] ?? 0) + freshOf('yabandpay'),
      payermax: before['payermax'] ?? 0,
    });
    const orders = [...kept, ...waiting, ...lost, ...fresh];
    await withPool(async (pool) => {
      const plan = {
        orders,
        messages: orders.map((one) => ({ kind: 'order' as const, order: one, repeat: 0 })),
      };
      const { books, doubleCaptures } = await collectBooks(scene, plan, pool);
      assert.equal(doubleCaptures, 0);
      const captured = new Map(books.book.map((entry) => [entry.paymentId, entry.captured]));
      const keptIds = new Set(kept.map(({ orderId }) => orderId));
      const freshIds = new Set(fresh.map(({ orderId }) => orderId));
      assert.equal(books.rows.length, orders.length);
      for (const row of books.rows) {
        const isUnverifiable = row.provider === 'payermax' && !keptIds.has(row.orderId);
        assert.deepEqual(
          [row.state, row.review],
          isUnverifiable ? ['pending', 'unverifiable'] : ['succeeded', null],
          row.paymentId,
        );
        const isCaptured = !(isUnverifiable && freshIds.has(row.orderId));
        assert.equal(captured.get(row.paymentId), isCaptured ? row.amount : 0n, row.paymentId);
      }
      await assertLedgerIsTheBook(books.book);
    });
  });

  /** Each success once, in the order of neither life: what a provider has moved is what the ledger has, and nothing was reversed. */
  async function assertLedgerIsTheBook(
    book: readonly { readonly currency: string; readonly captured: bigint }[],
  ): Promise<void> {
    const moved = new Map<string, bigint>();
    for (const { currency, captured } of book) moved.set(currency, (moved.get(currency) ?? 0n) + captured);
    const booked = async (): Promise<Map<string, bigint>> => {
      const rows = await rowsOf(
        subscribers.pool,
        'select currency, balance::text from ledger.balances where account = $1',
        [RECEIVABLE],
      );
      return new Map(rows.map(({ currency, balance }) => [String(currency), BigInt(String(balance))]));
    };
    const isBooked = async (): Promise<boolean> => isDeepStrictEqual(sorted(await booked()), sorted(moved));
    await eventually('the ledger has what the providers moved', isBooked);
    assert.equal(
      await numberOf(subscribers.pool, "select count(*) from ledger.entries where kind = 'reversal'"),
      0,
    );
  }
});
