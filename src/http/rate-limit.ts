/** How often each source may do something. */
export interface RateLimit {
  /** Whether a source may do it once more. */
  take(source: string): boolean;
}

export interface RateLimitOptions {
  /** How often at once, after a rest. */
  readonly burst: number;
  /** How often in the long run. */
  readonly perSecond: number;
  /** How many sources are remembered; beyond that the one that came first is forgotten. */
  readonly sources: number;
  /** Milliseconds of a clock that never jumps. */
  readonly monotonic: () => number;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** A bucket of tokens for each source. */
export function createRateLimit({ burst, perSecond, sources, monotonic }: RateLimitOptions): RateLimit {
  const buckets = new Map<string, Bucket>();

  function bucketOf(source: string, now: number): Bucket {
    const known = buckets.get(source);
    if (known !== undefined) return known;
    const fresh = { tokens: burst, filledAt: now };
    buckets.set(source, fresh);
    const [first] = buckets.keys();
    if (buckets.size > sources && first !== undefined) buckets.delete(first);
    return fresh;
  }

  return {
    take: (source) => {
      const now = monotonic();
      const bucket = bucketOf(source, now);
      bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.filledAt) / 1_000) * perSecond);
      bucket.filledAt = now;
      if (bucket.tokens < 1) return false;
      bucket.tokens -= 1;
      return true;
    },
  };
}
