import { randomUUID } from 'node:crypto';
import type { Finding } from '../../src/capture/evidence.js';
import type { InquiryCall } from '../../src/ports/provider.js';
import type { CaptureStore } from '../../src/ports/store.js';
import { systemClock } from '../../src/system-clock.js';
import { batchStore } from '../../src/worker/batched-store.js';
import { createAccountGate } from '../../src/worker/gate/account-gate.js';
import { createScheduler } from '../../src/worker/scheduler.js';
import type { SendingAccount } from '../../src/worker/send.js';
import { A_GATE, SILENT_OBSERVER } from './capture-path.js';
import { aCapture, POLICY } from './captures.js';
import { SILENT } from './kafka.js';

/** The scheduler on a store, with a provider that is asked and never sent to. */
export interface ScriptedScheduler {
  readonly asked: readonly InquiryCall[];
  stop(): Promise<void>;
}

/** Starts it; `tell` is what the provider answers to inquiries about captures of account `shop`. */
export function startScriptedScheduler(
  store: CaptureStore,
  tell: (call: InquiryCall) => Finding,
): ScriptedScheduler {
  const asked: InquiryCall[] = [];
  const stop = new AbortController();
  const { provider, merchantId } = aCapture();
  const account: SendingAccount = {
    name: 'shop',
    merchantId,
    authorisationWindowMs: 86_400_000,
    maxInFlight: 10,
    rules: {
      provider,
      maxPaymentIdLength: 64,
      referenceField: 'paymentId',
      captureReference: ({ paymentId }) => paymentId,
      businessBody: () => Buffer.from('{}'),
    },
    client: {
      provider,
      timeoutMs: 1_000,
      capture: () => Promise.reject(new Error('nothing may be sent')),
      inquire: (call) => {
        asked.push(call);
        return Promise.resolve({
          finding: tell(call),
          heard: 'word',
          at: systemClock.now(),
          providerCode: null,
          providerMessage: null,
          raw: null,
          httpStatus: 200,
          retryAfterMs: null,
        });
      },
      close: () => Promise.resolve(),
    },
    gate: createAccountGate({ ...A_GATE, probeEveryMs: 1_000, clock: systemClock, random: () => 0.5 }),
  };
  const shared = { clock: systemClock, random: () => 0.5, observer: SILENT_OBSERVER, log: SILENT };
  const scheduler = createScheduler({
    ...shared,
    store: batchStore({ ...shared, store, maxBatch: 100, stop: stop.signal }),
    due: store,
    accounts: new Map([['shop', account]]),
    leaseMarginMs: 1_000,
    worker: 'scheduler',
    restoration: null,
    newId: randomUUID,
    closing: stop.signal,
    pollEveryMs: 20,
    limit: 100,
    takenForMs: 15_000,
    announceUnsentAfterMs: POLICY.announceUnsentAfterMs,
    quietPeriodMs: POLICY.quietPeriodMs,
  });
  const running = scheduler.run();
  return {
    asked,
    stop: async () => {
      scheduler.stop();
      await running;
      stop.abort();
    },
  };
}
