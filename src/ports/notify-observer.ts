import type { ProviderName } from '../capture/capture.js';

/**
 * What became of a request to the notify endpoint.
 *
 * - `stored`: durable now, and acknowledged. `duplicate`: it was before, and acknowledged again.
 * - `out_of_window`: stored or known as a hint alone, since its clock is too far from ours; acknowledged.
 * - `ignored`: the provider's, about something that is no business of captures; acknowledged.
 * - `unverified`: its signature doesn't hold for this account. `unreadable`: it holds, and it can't be told what it is about.
 * - `source_refused`: from an address that isn't among the account's.
 * - `unavailable`: it couldn't be stored now; the provider is told to send it again.
 * - `unknown_address`, `wrong_method`, `too_large`, `malformed`: no notification at all.
 * - `limited`: one of those that aren't a provider's, from an address that sends many of them.
 */
export const NOTIFY_RESULTS = [
  'stored',
  'duplicate',
  'out_of_window',
  'ignored',
  'unverified',
  'unreadable',
  'source_refused',
  'unavailable',
  'unknown_address',
  'wrong_method',
  'too_large',
  'malformed',
  'limited',
] as const;
export type NotifyResult = (typeof NOTIFY_RESULTS)[number];

/** The account that a request was for. */
export interface NotifyAddress {
  readonly provider: ProviderName;
  readonly account: string;
}

/** What the notify endpoint tells whoever counts. */
export interface NotifyObserver {
  /** A request was answered; `at` is null if it isn't known to be for an account of ours. */
  notifyRequest(at: NotifyAddress | null, result: NotifyResult): void;
}
