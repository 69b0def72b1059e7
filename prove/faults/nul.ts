import { setTimeout as sleep } from 'node:timers/promises';
import type { ProviderName } from '../../src/capture/capture.js';
import type { DemoMessage } from '../../dev/demo/orders.js';
import { authorise } from '../../dev/demo/produce.js';
import type { Scenario } from '../../dev/demo/shops.js';
import type { Fault } from '../fault.js';
import { planOrders } from '../orders.js';

const NUL = 'a\u0000b';

/** What each provider says beside a true answer: a text that PostgreSQL can't keep as one. */
const ANSWERS: Readonly<Record<ProviderName, Readonly<Record<string, unknown>>>> = {
  wallet: { result: { resultStatus: 'S', resultCode: 'SUCCESS', resultMessage: NUL } },
  yabandpay: { message: NUL },
  payermax: { msg: NUL },
};

const ORDERS = 30;
const LETTERS = 10;
const APART_MS = 100;

/** A NUL can't be stored in a text: one in a batch must not keep the others from being written, least of all when money has moved. */
export const nul: Fault = {
  name: 'nul',
  attacks: 'one text that the database refuses costs no other capture its record',
  how: 'NULs in orders, and in the answers of all providers',
  inflict: async ({ scene, put, now, signal }) => {
    const orders = planOrders(3 * ORDERS, 'nul')
      .orders.filter(({ scenario }) => scenario.kind === 'normal')
      .slice(0, ORDERS)
      .map((order) => ({
        ...order,
        reference: `nul_${order.reference}`,
        scenario: altered(ANSWERS[order.shop.provider]),
      }));
    await authorise(scene, orders);
    const letters = Array.from({ length: LETTERS }, (_, index): DemoMessage => ({
      kind: 'poison',
      why: 'nul',
      key: `nul-${String(index)}`,
    }));
    const messages: readonly DemoMessage[] = orders.map((order) => ({ kind: 'order', order, repeat: 0 }));
    for (const [index, message] of messages.entries()) {
      put([message, ...letters.slice(index, index + 1)]);
      await sleep(APART_MS, undefined, { signal });
    }
    return { ended: now(), kills: 0 };
  },
};

function altered(members: Readonly<Record<string, unknown>>): Scenario {
  return { kind: 'altered', members, then: { kind: 'normal' } };
}
