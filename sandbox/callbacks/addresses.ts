import { z } from 'zod';
import { PROVIDER_NAMES } from '../provider-names.js';
import type { ProviderName } from '../provider-names.js';

const baseUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });
const account = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be an account name');

/** Where merchants want their notifications. `null` for the URL sends none. */
export const addressesSchema = z.strictObject({
  /** `/<provider>/<account>` is added to it. */
  url: baseUrl.nullable().optional(),
  /** Merchants whose account isn't called `<provider>-sandbox`, or is reached under a URL of its own. */
  accounts: z
    .array(
      z.strictObject({
        provider: z.enum(PROVIDER_NAMES),
        merchant: z.string().min(1),
        account,
        url: baseUrl.optional(),
      }),
    )
    .optional(),
});
export type AddressesInput = z.infer<typeof addressesSchema>;

/** What a payment's own entry says of its notifications. */
export const ownAddressSchema = z.strictObject({ account: account.optional(), url: baseUrl.optional() });
export type OwnAddress = z.infer<typeof ownAddressSchema>;

/** Where notifications go: to an account of the worker, found by payment, then by merchant. Nothing else is ever called. */
export class Addresses {
  #url: string | null = null;
  #accounts = new Map<string, { readonly account: string; readonly url: string | null }>();

  constructor(input: AddressesInput = {}) {
    this.set(input);
  }

  /** Replaces what is given and keeps the rest; accounts are added to those known. */
  set({ url, accounts = [] }: AddressesInput): void {
    if (url !== undefined) this.#url = url;
    for (const { provider, merchant, account: name, url: own = null } of accounts)
      this.#accounts.set(keyOf(provider, merchant), { account: name, url: own });
  }

  /** The address for a payment of a merchant; null if nobody asked for notifications. */
  of(provider: ProviderName, merchant: string, own: OwnAddress): URL | null {
    const known = this.#accounts.get(keyOf(provider, merchant));
    const base = own.url ?? known?.url ?? this.#url;
    const name = own.account ?? known?.account ?? `${provider}-sandbox`;
    return base === null ? null : new URL(`${base.replace(/\/+$/, '')}/${provider}/${name}`);
  }
}

function keyOf(provider: ProviderName, merchant: string): string {
  return JSON.stringify([provider, merchant]);
}
