import { createHash } from 'node:crypto';
import type { Scenario, Shop } from './shops.js';
import { PAYERMAX_SHOP, SHOPS } from './shops.js';

/** A payment authorised at the provider, and the order that fulfils it. Amounts are minor units. */
export interface DemoOrder {
  readonly shop: Shop;
  readonly orderId: string;
  readonly paymentId: string;
  /** The merchant's own id of the payment, which PayerMax captures by. */
  readonly reference: string;
  readonly authorisedAmount: bigint;
  readonly captureAmount: bigint | null;
  readonly currency: string;
  readonly scenario: Scenario;
}

/** What is put on the topic for an order, in this order; or a message that can't become one. */
export type DemoMessage =
  | { readonly kind: 'order'; readonly order: DemoOrder; readonly repeat: number }
  | { readonly kind: 'poison'; readonly why: PoisonKind | 'nul'; readonly key: string };

export const POISON_KINDS = [
  'empty',
  'not_avro',
  'unknown_schema',
  'cut_short',
  'too_much',
  'no_account',
  'other_currency',
  'third_decimal',
] as const;
export type PoisonKind = (typeof POISON_KINDS)[number];

export interface DemoPlan {
  readonly orders: readonly DemoOrder[];
  readonly messages: readonly DemoMessage[];
}

/** A stream of numbers in [0, 1) that is the same for the same seed, on every machine. */
export function seeded(seed: string): () => number {
  let block = 0;
  let bytes = Buffer.alloc(0);
  return () => {
    if (bytes.length < 6) {
      bytes = createHash('sha256')
        .update(`${seed}:${String(block)}`)
        .digest();
      block += 1;
    }
    const value = bytes.readUIntBE(0, 6) / 2 ** 48;
    bytes = bytes.subarray(6);
    return value;
  };
}

/**
 * Plans a demo: `count` orders over all shops, a third of them partial, some declined, some with unknown outcomes, and among their
 * messages repeats of earlier orders and poison. The same seed plans the same demo.
 */
export function planDemo(count: number, seed: string, shops: readonly Shop[] = SHOPS): DemoPlan {
  const random = seeded(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const orders: DemoOrder[] = [];
  const messages: DemoMessage[] = [];
  for (let index = 1; index <= count; index += 1) {
    const name = String(index).padStart(6, '0');
    const shop = among(shops, index % shops.length);
    const { code, step } = among(shop.currencies, below(shop.currencies.length));
    const steps = BigInt(1_000 + below(500_000));
    const partial = random() < 1 / 3;
    const order: DemoOrder = {
      shop,
      orderId: `order-${seed}-${name}`,
      paymentId: `pay-${seed}-${name}`,
      reference: `shop_${name}`,
      authorisedAmount: steps * step,
      captureAmount: partial ? ((steps * BigInt(1 + below(99))) / 100n) * step : null,
      currency: code,
      scenario: scenarioFor(random(), below, shop),
    };
    orders.push(order);
    messages.push({ kind: 'order', order, repeat: 0 });
    if (random() < 0.06) {
      messages.push({ kind: 'order', order: among(orders, below(orders.length)), repeat: index });
    }
    if (random() < 0.03) {
      messages.push({
        kind: 'poison',
        why: among(POISON_KINDS, below(POISON_KINDS.length)),
        key: `poison-${name}`,
      });
    }
  }
  return { orders, messages };
}

/** 84 % go through, 10 % are declined, 6 % leave the outcome open: half of those with the money moved. */
function scenarioFor(draw: number, below: (limit: number) => number, { declines }: Shop): Scenario {
  if (draw < 0.84) return { kind: 'normal' };
  if (draw < 0.94) return among(declines, below(declines.length));
  const moved = below(2) === 0;
  if (draw < 0.955) return { kind: 'unknown', moved };
  if (draw < 0.97) return { kind: 'in_process', moved, endsAfterMs: 500 };
  if (draw < 0.985) return { kind: 'http', status: 500 + below(4), moved };
  return { kind: 'reset', when: 'before_answer', moved };
}

/** The order that a poisonous message is made of, where that matters: PayerMax, in dinars. */
export function poisonedOrder(key: string): DemoOrder {
  return {
    shop: PAYERMAX_SHOP,
    orderId: key,
    paymentId: key,
    reference: key.replaceAll('-', '_'),
    authorisedAmount: 12_345n,
    captureAmount: 10n,
    currency: 'KWD',
    scenario: { kind: 'normal' },
  };
}

function among<T>(things: readonly T[], index: number): T {
  const thing = things[index];
  if (thing === undefined) throw new RangeError(`there is no number ${String(index)}`);
  return thing;
}
