import type { Money } from '../../src/capture/money.js';

/**
 * What is true: which money moved. It moves as often as it is asked to, so that nothing but the worker keeps it from moving twice.
 */
export interface Book {
  readonly payments: ReadonlyMap<string, Payment>;
  open(payment: {
    readonly paymentId: string;
    readonly money: Money;
    readonly capturedBefore: boolean;
  }): void;
  move(paymentId: string, movement: Movement): void;
}

export interface Payment {
  readonly paymentId: string;
  readonly money: Money;
  readonly capturedBefore: boolean;
  readonly movements: readonly Movement[];
}

export interface Movement {
  /** Null for what the provider captured by itself. */
  readonly requestId: string | null;
  readonly money: Money;
  readonly atMs: number;
}

export function createBook(): Book {
  const payments = new Map<string, Payment & { readonly movements: Movement[] }>();
  return {
    payments,
    open: (payment) => {
      const { paymentId, money, capturedBefore } = payment;
      const before = capturedBefore ? [{ requestId: null, money, atMs: 0 }] : [];
      payments.set(paymentId, { ...payment, movements: before });
    },
    move: (paymentId, movement) => {
      const payment = payments.get(paymentId);
      if (payment === undefined) throw new Error(`payment ${paymentId} was never authorised`);
      payment.movements.push(movement);
    },
  };
}
