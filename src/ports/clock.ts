/** Time, as the capture path sees it. A simulation replaces it. */
export interface Clock {
  /** Wall-clock time. For what is shown and sent; never to measure a duration. */
  now(): Date;
  /** Milliseconds of a clock that never jumps. Only differences mean anything. */
  monotonic(): number;
  /** Resolves after `ms`, or at once when `signal` aborts; it never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** A random number in [0, 1). */
export type Random = () => number;
