import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Script } from '../../../sandbox/scenario.js';
import { WALLET_SHOP } from '../../../dev/demo/shops.js';
import type { RunningWorker } from '../../../dev/demo/programs.js';
import { requestIdOf } from '../../../src/capture/ids.js';
import type { Story } from '../../../src/store/stories.js';
import { storyOf } from '../../../src/store/stories.js';
import type { Told } from '../../support/cli.js';
import { runCli } from '../../support/cli.js';
import { anOrder } from '../../support/contracts.js';
import { eventually } from '../../support/eventually.js';
import { rawOrder, rawOrderWriter } from '../../support/hostile-messages.js';
import type { OrderLine } from '../../support/order-line.js';
import { openOrderLine } from '../../support/order-line.js';
import type { TestScene } from '../../support/scene.js';
import { openTestScene } from '../../support/scene.js';
import { adminOf } from '../../support/shop-admin.js';
import { numberOf, rowsOf } from '../../support/store.js';

const REFUSED_ONCE: Script = [{ kind: 'answer', resultCode: 'PAYMENT_AMOUNT_EXCEED_LIMIT', times: 1 }];
const WHY = ['--reason', 'the limit was raised', '--yes'];

describe('an operator beside a running worker', () => {
  let test: TestScene;
  let line: OrderLine;
  let worker: RunningWorker;
  before(async () => {
    test = await openTestScene({
      timeout: '2s',
      settings: {
        CAPTURE_WORKER_LEASE_MARGIN: '1s',
        CAPTURE_WORKER_QUIET_PERIOD: '100ms',
        CAPTURE_WORKER_RESEND_BACKOFF_BASE: '100ms',
        // Whatever is asked sooner, an operator asks.
        CAPTURE_WORKER_INQUIRY_BACKOFF_BASE: '10m',
      },
    });
    line = await openOrderLine(test.scene);
    worker = await test.scene.startWorker();
  });
  after(async () => {
    await worker.stop();
    await line.close();
    await test.close();
  });

  async function order(paymentId: string): Promise<void> {
    const written = anOrder({ paymentId, orderId: `order-of-${paymentId}`, account: WALLET_SHOP.account });
    const value = rawOrderWriter(line.contracts['order.fulfilled'])(rawOrder(written));
    await line.put([{ key: Buffer.from(paymentId), value, headers: [] }]);
  }

  async function storyFor(paymentId: string): Promise<Story | null> {
    const [row] = await rowsOf(test.pool, 'select capture_id from captures where payment_id = $1', [
      paymentId,
    ]);
    return row === undefined ? null : storyOf(test.pool, String(row['capture_id']));
  }

  /** The story of an ordered payment once its capture has come so far. */
  async function reached(paymentId: string, state: string): Promise<Story> {
    const found: { story: Story | null } = { story: null };
    await eventually(`${paymentId} is ${state}`, async () => {
      found.story = await storyFor(paymentId);
      return (
        found.story?.capture.status.state === state && found.story.events.every(({ published }) => published)
      );
    });
    assert.ok(found.story !== null);
    return found.story;
  }

  /** Once its last request can't be on its way any more. */
  async function failedAndQuiet(paymentId: string): Promise<Story> {
    await adminOf(test.scene).authorise({ paymentId, scenario: REFUSED_ONCE });
    await order(paymentId);
    const story = await reached(paymentId, 'failed');
    await quiet(paymentId);
    return story;
  }

  async function quiet(paymentId: string): Promise<void> {
    await eventually('its last request is given up for good', async () => {
      const sql =
        "select count(*) from captures where payment_id = $1 and lease_until + interval '100 ms' < now()";
      return (await numberOf(test.pool, sql, [paymentId])) === 1;
    });
  }

  function captures(...args: readonly string[]): Promise<Told> {
    return runCli(['captures', ...args], { ...test.scene.env, USER: 'alice' });
  }

  /** The request and the amount of each time that money of the payment moved. */
  async function moved(paymentId: string): Promise<readonly (readonly [string, string])[]> {
    const { captures: made } = await adminOf(test.scene).entry(paymentId);
    return made.map(({ requestId, amount }) => [requestId, amount]);
  }

  it('has a failed capture sent anew: it is captured once, under the next request id', async () => {
    const { capture } = await failedAndQuiet('again');
    const told = await captures('retry', capture.captureId, ...WHY);
    assert.equal(told.code, 0, told.err);
    const story = await reached('again', 'succeeded');
    const ids = [capture.requestId, requestIdOf(capture.captureId, 2)];
    assert.deepEqual(
      story.attempts.map(({ requestId }) => requestId),
      ids,
    );
    assert.deepEqual(await moved('again'), [[ids[1], '150000']]);
    assert.deepEqual(
      story.events.map(({ type }) => type),
      ['capture.failed', 'capture.pending', 'capture.succeeded'],
    );
  });

  it('has it sent for less; the order as it was stays a duplicate, and no dead letter', async () => {
    const { capture } = await failedAndQuiet('less');
    const told = await captures('retry', capture.captureId, '--amount', '120000', ...WHY);
    assert.equal(told.code, 0, told.err);
    const story = await reached('less', 'succeeded');
    assert.equal(story.capture.money.amount, 120_000n);
    assert.deepEqual(await moved('less'), [[requestIdOf(capture.captureId, 2), '120000']]);
    await order('less');
    await eventually('the order was taken again', async () => {
      const [ends, committed] = [await line.ends(), await line.committed()];
      return ends.every((end, partition) => (committed[partition] ?? 0n) === end);
    });
    assert.deepEqual(await line.deadLetters(), []);
    assert.equal((await storyFor('less'))?.attempts.length, 2);
  });

  it('asks about a pending capture, which the worker does, and is told what the provider says', async () => {
    await adminOf(test.scene).authorise({ paymentId: 'asked', scenario: [{ kind: 'unknown', moved: true }] });
    await order('asked');
    const { capture } = await reached('asked', 'pending');
    const { code, out, err } = await captures('inquire', capture.captureId);
    assert.equal(code, 0, err);
    assert.match(out, /^inquiry: captured 150\.000 IQD .*\ncapture \S+: succeeded\n$/);
    const again = await captures('inquire', capture.captureId, '--reason', 'to be sure');
    assert.match(again.out, /^inquiry: captured .*\ncapture \S+: succeeded\n$/);
    const story = await reached('asked', 'succeeded');
    assert.deepEqual([story.scheduled, story.actions.length], [null, 2]);
  });

  it('finds by one more inquiry that what was said to have failed was captured, which is for a person', async () => {
    await adminOf(test.scene).authorise({
      paymentId: 'late',
      scenario: [{ kind: 'unknown', moved: true }],
    });
    await order('late');
    const { capture } = await reached('late', 'pending');
    await quiet('late');
    const told = await captures(
      ...['resolve', capture.captureId, '--failed', '--reference', 'the dashboard', ...WHY],
    );
    assert.equal(told.code, 0, told.err);
    await eventually('the provider was asked once more', async () => {
      const story = await storyFor('late');
      return story?.capture.review === 'contradicts_operator';
    });
    const story = await storyFor('late');
    assert.deepEqual([story?.capture.status.state, story?.scheduled], ['failed', null]);
  });
});
