import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { WALLET_SHOP } from '../../../dev/demo/shops.js';
import { keepNotification } from '../../../src/store/notifications.js';
import { anOrder } from '../../support/contracts.js';
import { eventually } from '../../support/eventually.js';
import { rawOrder, rawOrderWriter } from '../../support/hostile-messages.js';
import { aNotification, TOLD_CAPTURED } from '../../support/notifications.js';
import { openOrderLine } from '../../support/order-line.js';
import type { OrderLine } from '../../support/order-line.js';
import type { TestScene } from '../../support/scene.js';
import { openTestScene } from '../../support/scene.js';
import { adminOf } from '../../support/shop-admin.js';
import { rowsOf } from '../../support/store.js';

describe('a worker', () => {
  let test: TestScene;
  let line: OrderLine;
  before(async () => {
    test = await openTestScene({ settings: { CAPTURE_WORKER_INQUIRY_BACKOFF_BASE: '10m' } });
    line = await openOrderLine(test.scene);
  });
  after(async () => {
    await line.close();
    await test.close();
  });

  /** Orders a capture whose outcome nobody tells. */
  async function order(paymentId: string): Promise<void> {
    await adminOf(test.scene).authorise({ paymentId, scenario: { kind: 'unknown', moved: false } });
    const written = anOrder({ paymentId, orderId: `order-of-${paymentId}`, account: WALLET_SHOP.account });
    const value = rawOrderWriter(line.contracts['order.fulfilled'])(rawOrder(written));
    await line.put([{ key: Buffer.from(paymentId), value, headers: [] }]);
  }

  /** The events that are published of a payment. */
  async function events(paymentId: string): Promise<readonly string[]> {
    const rows = await rowsOf(
      test.pool,
      `select o.type from outbox o join captures c using (capture_id)
       where c.payment_id = $1 and not exists (select from outbox_queue q where q.event_id = o.id)
       order by o.sequence`,
      [paymentId],
    );
    return rows.map(({ type }) => String(type));
  }

  function told(captureReference: string): Promise<unknown> {
    // As the demo's accounts file has it.
    const place = { provider: 'wallet', merchantId: 'demo-merchant', captureReference } as const;
    return keepNotification(test.pool, aNotification(TOLD_CAPTURED, place));
  }

  it('brings stored notifications to their captures, whichever comes first, and drains', async () => {
    const worker = await test.scene.startWorker();
    await told('early');
    await eventually('it is parked', async () => {
      return (await rowsOf(test.pool, 'select from parked_notifications')).length === 1;
    });
    await order('early');
    await order('late');
    await eventually('both are pending or more', async () => (await events('late')).length === 1);
    await told('late');
    for (const payment of ['early', 'late'])
      await eventually(`${payment} succeeded`, async () =>
        (await events(payment)).includes('capture.succeeded'),
      );
    assert.deepEqual(await events('late'), ['capture.pending', 'capture.succeeded']);
    assert.deepEqual(await rowsOf(test.pool, 'select from parked_notifications'), []);
    assert.deepEqual(await rowsOf(test.pool, 'select from notification_queue'), []);
    await worker.stop();
  });
});
