import { setTimeout as sleep } from 'node:timers/promises';
import type { DemoOrder } from '../dev/demo/orders.js';
import { authorise, fulfilled } from '../dev/demo/produce.js';
import { openAccounts } from '../src/accounts.js';
import { planCapture } from '../src/capture/order.js';
import { isRejection } from '../src/capture/rejection.js';
import { loadConfig } from '../src/config/config.js';
import { systemClock } from '../src/system-clock.js';
import type { Grounds } from './fault.js';
import { planOrders } from './orders.js';

const COUNT = 8;
const APART_MS = 700;

const PARKED = 'select count(*)::int as parked from parked_notifications';

/**
 * Payments that were captured, and notified, before their orders come: as after a database was restored from before their claims. They are
 * asked for under the ids under which the worker asks for them, so asking again moves nothing. The orders come one by one, once the
 * notifications are parked.
 */
export async function putEarlyNotified(
  { scene, put, pool }: Pick<Grounds, 'scene' | 'put' | 'pool'>,
  _victim: unknown,
  over: AbortSignal,
): Promise<number> {
  const orders = planOrders(12 * COUNT, 'early')
    .orders.filter(({ scenario, shop }) => scenario.kind === 'normal' && shop.provider === 'wallet')
    .slice(0, COUNT)
    .map((order) => ({ ...order, reference: `early_${order.reference}` }));
  await authorise(scene, orders);
  await captureAll(scene.env, orders);
  while (!over.aborted) {
    const { rows } = await pool.query<{ parked: number }>(PARKED);
    if ((rows[0]?.parked ?? 0) >= COUNT) break;
    await sleep(100);
  }
  for (const order of orders) {
    // All of them, also when the victim is dead: the money has moved.
    put([{ kind: 'order', order, repeat: 0 }]);
    await sleep(APART_MS, undefined, { signal: over }).catch(() => undefined);
  }
  return 0;
}

/** Captures them at their provider as a worker would, and says nothing to anybody. */
async function captureAll(
  env: Readonly<Record<string, string>>,
  orders: readonly DemoOrder[],
): Promise<void> {
  const accounts = openAccounts(loadConfig(env, { cwd: '/' }), { clock: systemClock, random: Math.random });
  for (const order of orders) {
    const account = accounts.get(order.shop.account);
    if (account === undefined) throw new Error(`there is no account ${order.shop.account}`);
    const planned = planCapture(fulfilled(order, 0), {
      find: () => ({ ...account, account: order.shop.account }),
      traceparent: null,
      now: systemClock.now(),
    });
    if (isRejection(planned)) throw new Error(planned.problem);
    const { requestId, captureReference, body, money } = planned;
    const answer = await account.client.capture({
      requestId,
      captureReference,
      body,
      money,
      mayWrite: () => true,
    });
    if (answer.finding.is !== 'captured') throw new Error(`an early capture came to ${answer.finding.is}`);
  }
  await Promise.all([...accounts.values()].map(({ client }) => client.close()));
}
