import type { StoreUnderTest } from './store-under-test.js';

/** One thing that a store must do; `run` is given an empty store and throws if it doesn't do it. */
export interface ConformanceCase {
  readonly name: string;
  readonly run: (store: StoreUnderTest) => Promise<void>;
}
