import type { StandIn } from '../../simulation/store/database.js';
import type { CaptureStore } from '../../src/ports/store.js';

/** The stand-in behind the port of the store. */
export function captureStoreOf(standIn: StandIn): CaptureStore {
  return {
    claim: later(standIn.claim),
    start: later(standIn.start),
    record: later(standIn.record),
    takeDue: later(standIn.takeDue),
  };
}

/** An operation that is made when it is asked for, and heard of later. What it throws, the promise rejects with. */
export function later<Args extends readonly unknown[], Result>(
  operation: (...args: Args) => Result,
): (...args: Args) => Promise<Result> {
  return (...args) =>
    new Promise((resolve) => {
      resolve(operation(...args));
    });
}
