import { setMaxListeners } from 'node:events';

/**
 * A stint: the work of one epoch, from the assignment of partitions until they are given up. While it is ending nothing of it starts and
 * nothing is tried again, but what is under way goes on and counts.
 */
export interface Stint {
  /** Messages of it that are being processed, or wait for another try. */
  readonly underWay: number;
  /** Aborted once it is ending: whoever waits for a try gives up. */
  readonly ending: AbortSignal;
  /** One more is under way, until the returned function is called. */
  begin(): () => void;
  end(): void;
}

export function createStint(): Stint {
  const ending = new AbortController();
  // Every message that waits for a try listens to it.
  setMaxListeners(0, ending.signal);
  let underWay = 0;
  return {
    get underWay() {
      return underWay;
    },
    ending: ending.signal,
    begin: () => {
      underWay += 1;
      return () => {
        underWay -= 1;
      };
    },
    end: () => {
      ending.abort();
    },
  };
}
