/**
 * Random trouble for payments that have no script of their own. All shares are parts of 1. Those of calls add up to 1 at most; the rest is
 * normal. What a call meets depends on the seed, the payment and the number of the call alone, so a run can be repeated whatever the order
 * in which its calls arrive.
 */
export interface Profile {
  /** Each call takes from `min` to `max` ms. */
  readonly latencyMs: { readonly min: number; readonly max: number };
  /** Captures refused: the share of each code, or one share that each provider spreads over codes of its own. */
  readonly decline: number | Readonly<Record<string, number>>;
  /** Answered as unknown. */
  readonly unknown: number;
  /** Captures accepted as in process; they end within a second. */
  readonly inProcess: number;
  /** Answered with HTTP 500, 502, 503 or 504. */
  readonly serverError: number;
  /** Answered with HTTP 429; nothing is executed. */
  readonly tooManyRequests: number;
  /** Connections reset, half of them before the request was read. */
  readonly reset: number;
  /** Of the calls that end as unknown, server error or late reset, the share that was executed all the same; of those in process, that succeed. */
  readonly movedShare: number;
  /**
   * Captures executed whose answer is lost: too late, reset, HTTP 500, damaged, or naming another amount. Inquiries whose answer comes too
   * late or damaged.
   */
  readonly lost: number;
  /** How long an answer takes that comes too late: longer than the patience of any caller. */
  readonly tooLateMs: number;
  /** Captures left without a usable answer and executed later. */
  readonly late: number;
  /** How much later: three in four up to `within`, the others up to `beyond`. */
  readonly lateMs: { readonly within: number; readonly beyond: number };
  /** Executed at once and answered up to a second later, so that the notification comes first. */
  readonly slowAnswer: number;
  /** The share of the payments of which every second inquiry, from the first on, is answered by a replica that lags. */
  readonly stale: number;
  /** By how much it lags. */
  readonly staleMs: number;
  /** The share of the payments that are refunded or voided within two seconds after their capture. */
  readonly undone: number;
  /** After so many calls for a payment at an endpoint, nothing but latency and lag happens there; null: trouble never ends. */
  readonly calmAfter: number | null;
  /** What happens to the notifications of captures' ends. */
  readonly callbacks: CallbackShares;
  /** Each provider is out of order once in each period, at a time of its own; null: never. */
  readonly outages: { readonly everyMs: number; readonly forMs: number } | null;
}

export interface CallbackShares {
  readonly none: number;
  readonly late: number;
  readonly duplicated: number;
  readonly reordered: number;
  /** A capture that moved the money is also told to have failed. */
  readonly contradicting: number;
  /** Up to how long late, or apart. */
  readonly upToMs: number;
}

/** A profile as one provider plays it. */
export interface ProviderProfile extends Profile {
  /** Codes of that provider. */
  readonly decline: Readonly<Record<string, number>>;
  /** Whether there are signatures to spoil; there are if it isn't said. */
  readonly signsAnswers?: boolean;
}

/** What of a provider random trouble must know. */
export interface Troubles {
  /** The codes over which one share of declines is spread evenly. */
  readonly usual: readonly string[];
  readonly knows: (code: string) => boolean;
  /** They are signed if it isn't said. */
  readonly signsAnswers?: boolean;
  /** Whether a false notification can be found out by asking; it can if it isn't said. */
  readonly canBeAsked?: boolean;
}

/** A profile as one provider plays it. Shares of what the provider doesn't have are left out: these calls are normal. */
export function playedBy(
  profile: Profile,
  { usual, knows, signsAnswers = true, canBeAsked = true }: Troubles,
): ProviderProfile {
  const { decline, callbacks } = profile;
  const shares: [string, number][] =
    typeof decline === 'number'
      ? usual.map((code) => [code, decline / usual.length])
      : Object.entries(decline).filter(([code]) => knows(code));
  return {
    ...profile,
    decline: Object.fromEntries(shares),
    ...(signsAnswers ? {} : { signsAnswers }),
    ...(canBeAsked ? {} : { callbacks: { ...callbacks, contradicting: 0 } }),
  };
}
