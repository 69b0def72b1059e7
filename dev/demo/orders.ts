import { createHash } from 'node:crypto';

/** How the provider is to treat a payment, in the sandbox's words. */
export type Scenario = Readonly<Record<string, unknown>> & { readonly kind: string };

/** A payment authorised at the provider, and the order that fulfils it. Amounts are minor units. */
export interface DemoOrder {
  readonly orderId: string;
  readonly paymentId: string;
  readonly authorisedAmount: bigint;
  readonly captureAmount: bigint | null;
  readonly currency: string;
  readonly scenario: Scenario;
}

/** What is put on the topic for an order, in this order; or a message that can't become one. */
export type DemoMessage =
  | { readonly kind: 'order'; readonly order: DemoOrder; readonly repeat: number }
  | { readonly kind: 'poison'; readonly why: PoisonKind; readonly key: string };

export const POISON_KINDS = [
  'empty',
  'not_avro',
  'unknown_schema',
  'cut_short',
  'too_much',
  'no_account',
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

const DECLINES = [
  'USER_BALANCE_NOT_ENOUGH',
  'RISK_REJECT',
  'AUTH_EXPIRED',
  'USER_STATUS_ABNORMAL',
  'PAYMENT_AMOUNT_EXCEED_LIMIT',
];

/**
 * Plans a demo: `count` wallet orders, a third of them partial, some declined, some with unknown outcomes, and among their messages
 * repeats of earlier orders and poison. The same seed plans the same demo.
 */
export function planDemo(count: number, seed: string): DemoPlan {
  const random = seeded(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const orders: DemoOrder[] = [];
  const messages: DemoMessage[] = [];
  for (let index = 1; index <= count; index += 1) {
    const name = String(index).padStart(6, '0');
    const authorisedAmount = BigInt(1_000 + below(500_000)) * 250n;
    const partial = random() < 1 / 3;
    const order: DemoOrder = {
      orderId: `order-${seed}-${name}`,
      paymentId: `pay-${seed}-${name}`,
      authorisedAmount,
      captureAmount: partial ? (authorisedAmount * BigInt(1 + below(99))) / 100n : null,
      currency: 'IQD',
      scenario: scenarioFor(random(), below),
    };
    orders.push(order);
    messages.push({ kind: 'order', order, repeat: 0 });
    if (random() < 0.06) {
      const earlier = orders[below(orders.length)] ?? order;
      messages.push({ kind: 'order', order: earlier, repeat: index });
    }
    if (random() < 0.03) {
      messages.push({
        kind: 'poison',
        why: POISON_KINDS[below(POISON_KINDS.length)] ?? 'empty',
        key: `poison-${name}`,
      });
    }
  }
  return { orders, messages };
}

/** 84 % go through, 10 % are declined, 6 % leave the outcome open: half of those with the money moved. */
function scenarioFor(draw: number, below: (limit: number) => number): Scenario {
  if (draw < 0.84) return { kind: 'normal' };
  if (draw < 0.94) return { kind: 'answer', resultCode: DECLINES[below(DECLINES.length)] ?? 'RISK_REJECT' };
  const moved = below(2) === 0;
  if (draw < 0.96) return { kind: 'unknown', moved };
  if (draw < 0.98) return { kind: 'http', status: 500 + below(4), moved };
  return { kind: 'reset', when: 'before_answer', moved };
}
