import fc from 'fast-check';
import { PROVIDERS } from '../src/capture/capture.js';
import type { Moment } from './host.js';
import type {
  AccountPausePlan,
  LifePlan,
  OrderPlan,
  Plan,
  ProviderPlan,
  TroublePlan,
  WorkerPlan,
} from './plan.js';
import { SCALE, STEPS } from './plan.js';

/** Plans of worlds, from the smallest to those in which all goes wrong at once. What fails shrinks to the least that still fails. */

/** In which most of what is planned happens, in ms. */
const SPAN_MS = 60_000;

const within = (maxMs: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: maxMs });

/** Most calls of a life are about its orders; its first ones only join it to the group. */
const moment = {
  atCall: fc.integer({ min: 1, max: 140 }),
  when: fc.constantFrom<Moment['when'][]>('before', 'after'),
};

const life: fc.Arbitrary<LifePlan> = fc.record({
  death: fc.option(fc.record(moment), { freq: 3 }),
  stills: fc.array(fc.record({ ...moment, forMs: fc.oneof(within(12_000), within(90_000)) }), {
    maxLength: 2,
  }),
});

const worker: fc.Arbitrary<WorkerPlan> = fc.record({
  skewMs: fc.oneof(fc.constant(0), fc.integer({ min: -300_000, max: 300_000 })),
  lives: fc.array(life, { maxLength: 3 }),
  stopsAt: fc.option(within(SPAN_MS), { freq: 4 }),
});

const step = fc.oneof(
  { weight: 2, arbitrary: fc.constant('capture' as const) },
  { weight: 5, arbitrary: fc.constantFrom(...STEPS) },
);

const order: fc.Arbitrary<OrderPlan> = fc
  .record({
    provider: fc.constantFrom(...PROVIDERS),
    atMs: fc.oneof(within(20_000), within(500)),
    againAtMs: fc.array(fc.oneof(within(SPAN_MS), within(3_000)), { maxLength: 4 }),
    poison: fc.boolean(),
    rival: fc.constantFrom('none', 'none', 'none', 'reference', 'amount'),
    steps: fc.array(step, { maxLength: 4 }),
    notices: fc.record({ copies: fc.integer({ min: 0, max: 3 }), withinMs: within(30_000) }),
    capturedBefore: fc.integer({ min: 0, max: 5 }).map((number) => number === 5),
  })
  .map((plan) => ({ ...plan, capturedBefore: plan.capturedBefore && plan.provider !== 'payermax' }));

const rules: fc.Arbitrary<ProviderPlan> = fc.record({
  remembers: fc.boolean(),
  staleMs: within(SCALE.stale),
  inquiryTrouble: fc.constantFrom(0, 0, 0.2, 0.5),
  repeats: fc.constantFrom('result', 'order_repeat', 'failed'),
});

const trouble: fc.Arbitrary<TroublePlan> = fc.record({
  store: fc.constantFrom(0, 0, 0.02, 0.1),
  log: fc.constantFrom(0, 0, 0.02, 0.1),
  slow: fc.constantFrom(0, 0, 0.005, 0.03),
});

const pause: fc.Arbitrary<AccountPausePlan> = fc.record({
  provider: fc.constantFrom(...PROVIDERS),
  atMs: within(20_000),
  forMs: within(20_000),
});

export const arbitraryPlan: fc.Arbitrary<Plan> = fc.noBias(
  fc.record({
    seed: fc.noShrink(fc.integer({ min: 0, max: 2 ** 31 - 1 })),
    workers: fc.array(worker, { minLength: 1, maxLength: 3 }),
    orders: fc.array(order, { minLength: 1, maxLength: 5 }),
    rules: fc.record({ wallet: rules, yabandpay: rules, payermax: rules }),
    stirs: fc.array(within(SPAN_MS), { maxLength: 3 }),
    rewinds: fc.array(within(SPAN_MS), { maxLength: 2 }),
    pauses: fc.array(pause, { maxLength: 2 }),
    trouble,
  }),
);
