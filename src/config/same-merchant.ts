import type { Problem } from './problem.js';
import { cut } from './problem.js';

/** As much of an account as could be read, whatever is wrong with it. */
export interface AccountSeen {
  readonly name: string;
  /** The provider that is named, or was probably meant; null if none. */
  readonly provider: string | null;
  readonly keys: Readonly<Record<string, unknown>>;
  readonly placeOf: (key: string) => string;
}

/** The keys that name a merchant, or us, to a provider: no two accounts of a provider may share one. */
const IDENTITIES = { merchantId: 'merchant', clientId: 'client', user: 'user', appId: 'app' } as const;

/**
 * Two accounts for one merchant would be two rate limits and two circuits for one account at the provider. Two merchants with one client
 * id would be worse: the provider knows the client alone, so one authorisation could be claimed, and captured, under either merchant.
 * Letter case doesn't make two of them: no provider is known to tell ids apart by it.
 */
export function sameMerchant(accounts: readonly AccountSeen[]): Problem[] {
  return Object.entries(IDENTITIES).flatMap(([key, what]) => shared(accounts, key, what));
}

/**
 * The accounts that have the same value of a key as an earlier account of their provider. It is told by that account's name: the value could
 * be a secret in the wrong place.
 */
function shared(accounts: readonly AccountSeen[], key: string, what: string): Problem[] {
  const seen = new Map<string, string>();
  return accounts.flatMap(({ name, provider, keys, placeOf }) => {
    const value = keys[key];
    if (provider === null || typeof value !== 'string') return [];
    const identifier = `${provider} ${value.toLowerCase()}`;
    const first = seen.get(identifier);
    seen.set(identifier, first ?? name);
    // Of an account that stands twice that is told already.
    if (first === undefined || first === name) return [];
    const text = `is account ${cut(first)}'s ${what} already: one account a ${what}`;
    return [{ place: placeOf(key), text }];
  });
}
