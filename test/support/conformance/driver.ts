import type { Capture } from '../../../src/capture/capture.js';
import type { OutboxStore, QueuedEvent } from '../../../src/ports/store.js';
import { messageOf } from '../../../src/errors.js';
import { captureOfPayment } from '../store.js';
import type { OutboxUnderTest, StoreUnderTest } from './store-under-test.js';

/**
 * The captures that random operations are about: at each provider and in two accounts; the last two name a payment of another one, under a
 * reference of their own.
 */
export const MODEL_CAPTURES: readonly Capture[] = [
  modelCapture('wallet-1', {}),
  modelCapture('wallet-2', { account: 'other' }),
  modelCapture('yabandpay-1', { provider: 'yabandpay' }),
  modelCapture('payermax-1', { provider: 'payermax', account: 'other' }),
  modelCapture('wallet-1-again', { paymentId: 'wallet-1' }),
  modelCapture('payermax-1-again', { provider: 'payermax', paymentId: 'payermax-1' }),
];

function modelCapture(reference: string, change: Partial<Capture>): Capture {
  const { requestId } = captureOfPayment(reference);
  return captureOfPayment(reference, { body: Buffer.from(`${requestId} 150000`), ...change });
}

/** A queue as one process reads it, and what it was handed out last. */
export interface Reader<Queue extends OutboxStore> {
  readonly queue: Queue;
  handedOut: readonly QueuedEvent[];
}

/** A store with what its users remember: the same random operations on two of them must come to the same. */
export interface Driver {
  readonly store: StoreUnderTest;
  readonly outboxes: readonly Reader<OutboxUnderTest>[];
  readonly notificationQueues: readonly Reader<OutboxStore>[];
  /** What claims were told last, by capture. */
  readonly claimed: Map<string, Capture>;
}

export function driverOf(store: StoreUnderTest): Driver {
  return {
    store,
    outboxes: [store.openOutbox(), store.openOutbox()].map((queue) => ({ queue, handedOut: [] })),
    notificationQueues: [store.openNotificationQueue(), store.openNotificationQueue()].map((queue) => ({
      queue,
      handedOut: [],
    })),
    claimed: new Map(),
  };
}

/** Something that is done to a store, and what it is told of it: what two stores must agree on. */
export interface Operation {
  readonly told: string;
  readonly run: (driver: Driver) => Promise<unknown>;
}

/** What an operation came to; an error by what callers go by. */
export async function outcomeOf(operation: Operation, driver: Driver): Promise<unknown> {
  try {
    return await operation.run(driver);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    return { failed: code ?? messageOf(error) };
  }
}
