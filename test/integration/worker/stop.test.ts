import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import type pg from 'pg';
import { collectBooks, standingOf } from '../../../dev/demo/collect.js';
import { compareBooks } from '../../../dev/demo/compare.js';
import { authorise, produce } from '../../../dev/demo/produce.js';
import type { RunningWorker } from '../../../dev/demo/programs.js';
import type { Scene } from '../../../dev/demo/scene.js';
import type { WatchOptions } from '../../../dev/demo/watch.js';
import { watchUntil } from '../../../dev/demo/watch.js';
import { openTestScene } from '../../support/scene.js';
import { slowPlan } from '../../support/slow-plan.js';
import { numberOf } from '../../support/store.js';

const ORDERS = 200;
/** What is logged when a message has been dealt with. */
const DONE = ['the order was taken', 'the order was taken before', 'a message became a dead letter'];

describe('a worker that is told to stop', () => {
  let scene: Scene;
  let pool: pg.Pool;
  let quiet: WatchOptions;
  let close: () => Promise<void>;

  before(async () => {
    ({ scene, pool, quiet, close } = await openTestScene({
      settings: { CAPTURE_WORKER_LEASE_MARGIN: '1s', CAPTURE_WORKER_MAX_IN_FLIGHT: '20' },
      timeout: '3s',
      sandboxArgs: ['--permissive'],
    }));
  });
  after(() => close());

  /** Starts a worker and waits until it is at work on several orders at once. */
  async function atWork(beyond: number): Promise<RunningWorker> {
    const worker = await scene.startWorker();
    await watchUntil(scene, pool, quiet, ({ open, succeeded }) => open > 5 && succeeded > beyond);
    return worker;
  }

  /** The places of all messages that workers have ended with so far, as their logs tell. */
  async function placesDone(worker: RunningWorker): Promise<string[]> {
    const lines = (await readFile(worker.logFile, 'utf8')).split('\n').filter((line) => line.startsWith('{'));
    return lines
      .map((line) => JSON.parse(line) as { msg: string; partition?: number; offset?: string })
      .filter(({ msg }) => DONE.includes(msg))
      .map(({ partition, offset }) => `${String(partition)}/${String(offset)}`);
  }

  it('drains on SIGTERM, redelivers nothing after it, and stops hard on a second signal without loss', async () => {
    const plan = slowPlan(ORDERS, 'stop', 1_000);
    await authorise(scene, plan.orders);
    await produce(scene, plan.messages);

    const first = await atWork(10);
    process.kill(first.pid, 'SIGTERM');
    assert.equal(await first.ended, 'exit code 0', await first.recentOutput());
    const drained = await standingOf(pool);
    const underWay = await numberOf(pool, "select count(*) from captures where state = 'sending'");
    assert.equal(underWay, 0, 'nothing is left under way');
    assert.equal(drained.queued, 0, 'everything is published');

    const second = await atWork(drained.succeeded + 10);
    process.kill(second.pid, 'SIGINT');
    process.kill(second.pid, 'SIGTERM');
    assert.equal(await second.ended, 'exit code 9', await second.recentOutput());

    const places = await placesDone(second);
    assert.ok(places.length > drained.succeeded + 10);
    assert.equal(new Set(places).size, places.length, 'no message was delivered again after the clean stop');

    const third = await scene.startWorker();
    await watchUntil(scene, pool, quiet);
    await third.stop();

    const { books, doubleCaptures } = await collectBooks(scene, plan, pool);
    assert.deepEqual(compareBooks(books), []);
    assert.equal(doubleCaptures, 0);
  });
});
