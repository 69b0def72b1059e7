import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import type { StandIn } from '../../simulation/store/database.js';
import { createStandIn } from '../../simulation/store/database.js';
import type { ProviderName } from '../../src/capture/capture.js';
import type { Finding } from '../../src/capture/evidence.js';
import type { CaptureEvent } from '../../src/capture/events.js';
import type { OrderFulfilled } from '../../src/capture/order.js';
import type { ScheduledAction } from '../../src/capture/schedule.js';
import { licenceOf } from '../../src/capture/licence.js';
import { fold } from '../../src/capture/state-machine.js';
import type { Clock } from '../../src/ports/clock.js';
import type { Observer } from '../../src/ports/observer.js';
import type { Answer, CaptureCall, InquiryCall, ProviderClient } from '../../src/ports/provider.js';
import type { CaptureStore, ClaimRequest, OrderSource } from '../../src/ports/store.js';
import type { AccountGateOptions } from '../../src/worker/gate/account-gate.js';
import { createAccountGate } from '../../src/worker/gate/account-gate.js';
import { batchStore } from '../../src/worker/batched-store.js';
import type { SchedulerOptions } from '../../src/worker/scheduler.js';
import { createScheduler } from '../../src/worker/scheduler.js';
import type { SendingAccount } from '../../src/worker/send.js';
import { EPOCH, POLICY } from './captures.js';
import { captureStoreOf } from './stand-in.js';
import { notificationEncoding, testEncode } from './store.js';

export const SILENT_OBSERVER: Observer = {
  message: () => undefined,
  notification: () => undefined,
  deadLetter: () => undefined,
  attempt: () => undefined,
  inquiry: () => undefined,
  state: () => undefined,
  batch: () => undefined,
  held: () => undefined,
  paused: () => undefined,
};

export const SOURCE: OrderSource & { readonly traceparent: null } = {
  eventId: 'evt-1',
  topic: 'order.fulfilled',
  partition: 0,
  offset: 7n,
  traceparent: null,
};

export function anOrder(change: Partial<OrderFulfilled> = {}): OrderFulfilled {
  return {
    eventId: 'evt-1',
    orderId: 'order-1',
    paymentId: 'pay-1',
    provider: 'wallet',
    account: 'shop',
    authorisedAmount: 5_000n,
    captureAmount: null,
    currency: 'IQD',
    captureCurrency: null,
    authorisedAt: EPOCH,
    fulfilledAt: EPOCH,
    references: new Map(),
    description: null,
    ...change,
  };
}

/** The gate of an account as it is usually configured, but that few calls are under way at once. */
export const A_GATE = {
  maxInFlight: 10,
  rate: null,
  breaker: { windowMs: 30_000, calls: 20, share: 0.5, probes: 3, waitBaseMs: 1_000, waitCapMs: 60_000 },
  faultsToHold: 3,
  probeEveryMs: 30_000,
  areOthersHungry: () => true,
} as const satisfies Partial<AccountGateOptions>;

/** The capture path over a store in memory, a provider that answers by script, and a clock that the test moves. */
export interface CapturePath {
  readonly options: SchedulerOptions;
  readonly store: CaptureStore;
  /** What is behind it. */
  readonly standIn: StandIn;
  /** Every request that reached the provider. */
  readonly sent: CaptureCall[];
  /** Every inquiry. */
  readonly asked: InquiryCall[];
  readonly time: { ms: number };
  /** What the provider does next; a plain finding is an answer. Called after the last look at the lease. */
  respond: (call: CaptureCall) => Finding | Promise<Finding>;
  /** What the provider answers to an inquiry. */
  tell: (call: InquiryCall) => Finding | Promise<Finding>;
}

export function capturePath(
  change: Partial<CaptureStore> = {},
  provider: ProviderName = 'wallet',
  gate: Partial<AccountGateOptions> = {},
): CapturePath {
  const time = { ms: EPOCH.getTime() };
  const clock: Clock = {
    now: () => new Date(time.ms),
    monotonic: () => time.ms,
    sleep: (ms) => {
      time.ms += ms;
      return new Promise(setImmediate);
    },
  };
  const random = (): number => 0.5;
  const standIn = createStandIn({
    now: () => new Date(time.ms),
    fold: (capture, evidence, now) => fold({ capture, evidence, now, random: random() }, POLICY),
    licenceOf: (capture, evidence, now) => licenceOf(capture, evidence, now, POLICY),
    encode: testEncode,
    encodeNotification: notificationEncoding,
  });
  const store = captureStoreOf(standIn);
  const sent: CaptureCall[] = [];
  const asked: InquiryCall[] = [];
  const client: ProviderClient = {
    provider,
    timeoutMs: 25_000,
    capture: async (call) => {
      if (!call.mayWrite()) return answer({ is: 'not_sent' }, clock);
      sent.push(call);
      return answer(await path.respond(call), clock);
    },
    inquire: async (call) => {
      asked.push(call);
      return answer(await path.tell(call), clock);
    },
    close: () => Promise.resolve(),
  };
  const account: SendingAccount = {
    name: 'shop',
    merchantId: 'm-1',
    authorisationWindowMs: 86_400_000,
    maxInFlight: 10,
    rules: {
      provider,
      maxPaymentIdLength: 64,
      referenceField: 'paymentId',
      captureReference: ({ paymentId }) => paymentId,
      businessBody: ({ requestId, money }) => Buffer.from(`${requestId} ${money.amount.toString()}`),
    },
    client,
    gate: createAccountGate({ ...A_GATE, ...gate, clock, random }),
  };
  const log = pino({ level: 'silent' });
  const due: CaptureStore = { ...store, ...change };
  const path: CapturePath = {
    store,
    standIn,
    sent,
    asked,
    tell: () => ({ is: 'unknown' }),
    time,
    respond: () => ({
      is: 'captured',
      money: null,
      requestId: null,
      providerCaptureId: 'pc-1',
      capturedAt: null,
    }),
    options: {
      store: batchStore({
        store: due,
        maxBatch: 100,
        clock,
        random,
        observer: SILENT_OBSERVER,
        log,
        stop: new AbortController().signal,
      }),
      due,
      clock,
      random,
      observer: SILENT_OBSERVER,
      log,
      accounts: new Map([['shop', account]]),
      leaseMarginMs: 10_000,
      worker: 'worker-1',
      newId: randomUUID,
      closing: new AbortController().signal,
      pollEveryMs: 1_000,
      limit: 100,
      takenForMs: 10_000,
      announceUnsentAfterMs: POLICY.announceUnsentAfterMs,
      restoration: null,
      quietPeriodMs: POLICY.quietPeriodMs,
    },
  };
  return path;
}

/** The events that were written, in their order. */
export function eventsOf({ standIn }: CapturePath): readonly CaptureEvent[] {
  return standIn.views.outbox.map(({ event }) => event);
}

/** What is to be done next for a payment's capture, and when; null if nothing is. */
export function scheduledOf(
  { standIn: { views } }: CapturePath,
  paymentId: string,
): { readonly action: ScheduledAction; readonly dueAt: number } | null {
  const row = [...views.captures.values()].find(({ capture }) => capture.paymentId === paymentId);
  const scheduled = row && views.schedule.get(row.capture.captureId);
  return scheduled === undefined ? null : { action: scheduled.action, dueAt: scheduled.dueAt };
}

/** Lets the scheduler work for so long of the path's own time. */
export async function runFor(path: CapturePath, ms: number): Promise<void> {
  const scheduler = createScheduler(path.options);
  const until = path.time.ms + ms;
  const running = scheduler.run();
  while (path.time.ms < until) await new Promise(setImmediate);
  scheduler.stop();
  await running;
}

/** A claim that takes this long, as when the database is slow. */
export function slowClaim(path: () => CapturePath, ms: number): Pick<CaptureStore, 'claim'> {
  return {
    claim: async (requests: readonly ClaimRequest[]) => {
      const results = await path().store.claim(requests);
      path().time.ms += ms;
      return results;
    },
  };
}

function answer(finding: Finding, clock: Clock): Answer {
  return {
    finding,
    heard: finding.is === 'not_sent' ? 'nothing' : 'word',
    at: clock.now(),
    providerCode: 'CODE',
    providerMessage: null,
    raw: null,
    httpStatus: 200,
    retryAfterMs: null,
  };
}
