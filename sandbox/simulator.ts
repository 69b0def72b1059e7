import type { FastifyInstance } from 'fastify';
import type { Authorisation, Entry, Undone } from './book.js';
import { Book } from './book.js';
import { CallCounts } from './calls.js';
import { Addresses } from './callbacks/addresses.js';
import { Courier } from './callbacks/courier.js';
import type { PostalRules } from './callbacks/letter.js';
import type { Postman } from './callbacks/postman.js';
import type { Profile, Troubles } from './profile.js';
import { playedBy } from './profile.js';
import type { ProviderName } from './provider-names.js';
import type { Scenario } from './scenario.js';
import type { Scripts } from './script.js';
import { Director } from './script.js';
import type { Timers } from './timers.js';
import type { Word } from './word.js';

export { PROVIDER_NAMES, providerNamed } from './provider-names.js';
export type { ProviderName } from './provider-names.js';

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
  /** Gives a captured payment's money back, and tells the merchant; false if there is none to give back. */
  undo(paymentId: string, is: Undone): boolean;
  /** What the provider would say of a payment now, apart from trouble that passes. */
  wordsOf(entry: Entry): Words;
  /** Registers the provider's own endpoints, in a scope of their own. */
  routes(app: FastifyInstance): void;
  /** Forgets what the provider keeps beside book, director, calls and courier. */
  reset(): void;
}

export type NamedPayment = Pick<Authorisation, 'merchant' | 'paymentId' | 'reference'>;

/** What a provider would say of a payment's capture. */
export interface Words {
  readonly byInquiry: Word;
  /** To the last request once more. Before any was made, what a first one would find. */
  readonly byRepeat: Word;
  /** Whether anything is under way or still to be executed; `endless` if that never ends. */
  readonly openness: 'closed' | 'open' | 'endless';
}

/** What every simulator is built of. Book, director, call counts and courier are its own; timers and clock are shared by all. */
export interface Common {
  readonly book: Book;
  readonly director: Director;
  readonly calls: CallCounts;
  readonly courier: Courier;
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
  /** If it is left out, nobody is notified. */
  readonly post?: Post;
}

/** How notifications leave. */
export interface Post {
  readonly addresses: Addresses;
  readonly postman: Pick<Postman, 'carry'>;
  readonly speed: number;
}

const NO_POST: Post = {
  addresses: new Addresses(),
  postman: { carry: () => Promise.resolve(null) },
  speed: 1,
};

export function commonOf(shared: Shared, of: Troubles & Kind): Common {
  const { permissive, profile, seed, timers, now, post = NO_POST } = shared;
  const { provider, postalRules: rules } = of;
  const played =
    profile === null ? null : playedBy(profile, { ...of, canBeAsked: of.postalRules.canBeAsked });
  const director = new Director({ profile: played, seed });
  return {
    book: new Book({ permissive }),
    director,
    calls: new CallCounts(),
    courier: new Courier({
      ...post,
      ...{ provider, rules, timers },
      draw: (paymentId, end) => director.callback(paymentId, end),
    }),
    timers,
    now,
  };
}

/** What the parts that all simulators have must know of a provider. */
interface Kind {
  readonly provider: ProviderName;
  readonly postalRules: PostalRules;
}

/** Gives the money of a captured payment back later, if the profile says so. */
export function undoLater(simulator: Pick<Simulator, 'common' | 'undo'>, paymentId: string): void {
  const { director, timers } = simulator.common;
  const undoing = director.undoing(paymentId);
  if (undoing === null) return;
  timers.after(undoing.afterMs, () => {
    simulator.undo(paymentId, undoing.is);
  });
}
