/**
 * A token bucket: it holds `burst` tokens at most, gets `perSecond` new ones a second, and each call takes one. So in any span of time no
 * more calls begin than `burst` and what the span brings.
 *
 * Times are monotonic, in ms, and never go back.
 */
export interface TokenBucket {
  /** Takes a token if there is one. */
  take(now: number): boolean;
  /** Gives back a token whose call was not made. */
  giveBack(now: number): void;
  /** How long from now until `count` tokens will have been there for the taking, in ms; 0 if they are there. */
  waitMs(count: number, now: number): number;
  /** How many whole tokens are there for the taking within so many ms. */
  within(ms: number, now: number): number;
}

export interface TokenBucketOptions {
  readonly perSecond: number;
  /** How many calls may begin at once after a pause; at least 1. */
  readonly burst: number;
}

const SECOND = 1_000;
/** Sums of fractions miss a whole number by less than this. */
const ROUNDING = 1e-6;

export function createTokenBucket({ perSecond, burst }: TokenBucketOptions): TokenBucket {
  let tokens = burst;
  let filledAt: number | null = null;

  function fill(now: number): void {
    if (filledAt !== null && now > filledAt)
      tokens = Math.min(burst, tokens + ((now - filledAt) * perSecond) / SECOND);
    filledAt = Math.max(now, filledAt ?? now);
  }

  return {
    take: (now) => {
      fill(now);
      if (tokens < 1 - ROUNDING) return false;
      tokens = Math.max(0, tokens - 1);
      return true;
    },
    giveBack: (now) => {
      fill(now);
      tokens = Math.min(burst, tokens + 1);
    },
    waitMs: (count, now) => {
      fill(now);
      const missing = count - tokens;
      return missing <= ROUNDING ? 0 : (missing * SECOND) / perSecond;
    },
    within: (ms, now) => {
      fill(now);
      return Math.floor(tokens + (ms * perSecond) / SECOND + ROUNDING);
    },
  };
}
