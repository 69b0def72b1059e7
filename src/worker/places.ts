/** What a consumer of orders is given. */
export interface Places {
  /** How many orders are worked on at once. */
  readonly maxInFlight: number;
  /** How many are worked on or wait behind their key. */
  readonly maxHeld: number;
}

/** As many orders as this, for each that may be under way, are in memory. */
const HELD = 4;

/**
 * How many orders are taken on, so that no account can have the places of all. An account's orders take as many as its gate lets in, and as
 * many again as wait in its line; whoever comes then is turned away and only claimed. So with places for all of these, and `bound` more
 * for orders that are being read, claimed or found to be duplicates, a place is never lacking because an account is slow or full.
 */
export function placesFor(accounts: Iterable<{ readonly maxInFlight: number }>, bound: number): Places {
  const calls = [...accounts].reduce((sum, { maxInFlight }) => sum + maxInFlight, 0);
  const maxInFlight = 2 * calls + bound;
  // Where the bound is below the number of accounts, each has one call all the same.
  return { maxInFlight, maxHeld: Math.max(HELD * bound, maxInFlight + bound) };
}
