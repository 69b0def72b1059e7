/** Waits between tries, in ms: the first is at most `baseMs`, each next at most twice the one before, none above `capMs`. */
export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * The wait before the next try after `tries` tries (1 or more): exponential with full jitter, a whole number of ms of at least 1.
 * `random` is a number in [0, 1). The jitter spreads the tries of many captures that failed at one moment.
 */
export function waitBefore(tries: number, { baseMs, capMs }: Backoff, random: number): number {
  const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(tries - 1, 30));
  return Math.max(1, Math.ceil(ceiling * random));
}
