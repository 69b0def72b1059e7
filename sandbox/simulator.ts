import type { FastifyInstance } from 'fastify';
import { Book } from './book.js';
import type { Authorisation } from './book.js';
import { CallCounts } from './calls.js';
import type { Declines, Profile } from './profile.js';
import { declining } from './profile.js';
import type { Scenario } from './scenario.js';
import type { Scripts } from './script.js';
import { Director } from './script.js';
import type { Timers } from './timers.js';

export const PROVIDER_NAMES = ['wallet', 'yabandpay', 'payermax'] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

/** The provider of a name, or null. */
export function providerNamed(name: string): ProviderName | null {
  return PROVIDER_NAMES.find((one) => one === name) ?? null;
}

export type Simulators = Readonly<Record<ProviderName, Simulator>>;

/** One simulated provider. */
export interface Simulator {
  readonly name: ProviderName;
  readonly common: Common;
  /** How long an authorisation lives that is entered without an expiry, in ms. */
  readonly authorisationLifeMs: number;
  knowsMerchant(merchant: string): boolean;
  /** Why a scenario can't be played by this provider; null if it can. */
  problemOf(scenario: Scenario): string | null;
  /** The name by which calls ask for a payment, where that isn't its id, or why it can't have one. No two payments share a name. */
  nameOf?(payment: NamedPayment): { readonly name: string } | { readonly problem: string };
  /** The codes over which random declines are spread. */
  readonly usualDeclines: readonly string[];
  /** Enters a payment, and what its calls will meet. Throws `RangeError` where the book does. */
  authorise(authorisation: Authorisation, scripts: Scripts): void;
  /** Registers the provider's own endpoints, in a scope of their own. */
  routes(app: FastifyInstance): void;
  /** Forgets what the provider keeps beside book, director and calls. */
  reset(): void;
}

export type NamedPayment = Pick<Authorisation, 'merchant' | 'paymentId' | 'reference'>;

/** What every simulator is built of. Book, director and call counts are its own; timers and clock are shared by all. */
export interface Common {
  readonly book: Book;
  readonly director: Director;
  readonly calls: CallCounts;
  readonly timers: Timers;
  readonly now: () => Date;
}

/** What all simulators of a sandbox share. */
export interface Shared {
  readonly permissive: boolean;
  readonly profile: Profile | null;
  readonly seed: string;
  readonly timers: Timers;
  readonly now: () => Date;
}

export function commonOf({ permissive, profile, seed, timers, now }: Shared, declines: Declines): Common {
  return {
    book: new Book({ permissive }),
    director: new Director({ profile: profile === null ? null : declining(profile, declines), seed }),
    calls: new CallCounts(),
    timers,
    now,
  };
}
