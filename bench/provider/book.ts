import { paymentOf } from '../orders.js';

/** What the provider has on record of one round. */
export interface Counts {
  /** Payments that were captured, and the minor units that moved for them. */
  readonly captured: number;
  readonly amount: bigint;
  /** Requests to capture a payment again under another request id: each would have moved money twice. */
  readonly doubleCaptures: number;
  /** Requests that repeated one that had been answered, under the same id. */
  readonly repeats: number;
  /** Requests that were refused: a wrong signature, an unknown payment, another amount. */
  readonly refused: number;
}

/** The provider's book: every payment that was captured in this round, and under which request id. */
export interface Book {
  /** Notes a request to capture the n-th payment. */
  capture(n: number, requestId: string): 'captured' | 'repeated' | 'double';
  refuse(): void;
  counts(): Counts;
  /** The numbers of the payments that were captured. */
  captured(): IterableIterator<number>;
}

export function createBook(): Book {
  const requests = new Map<number, string>();
  let [amount, doubleCaptures, repeats, refused] = [0n, 0, 0, 0];
  return {
    capture: (n, requestId) => {
      const earlier = requests.get(n);
      if (earlier === undefined) {
        requests.set(n, requestId);
        amount += paymentOf(n).amount;
        return 'captured';
      }
      if (earlier === requestId) {
        repeats += 1;
        return 'repeated';
      }
      doubleCaptures += 1;
      return 'double';
    },
    refuse: () => {
      refused += 1;
    },
    counts: () => ({ captured: requests.size, amount, doubleCaptures, repeats, refused }),
    captured: () => requests.keys(),
  };
}
