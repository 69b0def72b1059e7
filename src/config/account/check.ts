import { z } from 'zod';
import { didYouMean } from '../did-you-mean.js';
import type { Problem } from '../problem.js';
import type { SecretSource } from '../secret.js';
import { authorisationWindow, connectionKeys, providerText } from './fields.js';
import type { PayermaxAccount } from './payermax.js';
import { payermaxAccount, payermaxKeys } from './payermax.js';
import type { WalletAccount } from './wallet.js';
import { walletAccount, walletKeys } from './wallet.js';
import type { YabandpayAccount } from './yabandpay.js';
import { yabandpayAccount, yabandpayKeys } from './yabandpay.js';

/** An account of the accounts file, checked, with its keys read. */
export type AccountConfig = WalletAccount | YabandpayAccount | PayermaxAccount;
type Provider = AccountConfig['provider'];

const NOWHERE: SecretSource = { env: {}, folder: '.' };

/** The keys that an account of each provider takes. */
export const ACCOUNT_KEYS = {
  wallet: walletKeys(NOWHERE),
  yabandpay: yabandpayKeys(NOWHERE),
  payermax: payermaxKeys(NOWHERE),
} as const satisfies Record<Provider, z.ZodObject>;

const PROVIDERS = Object.keys(ACCOUNT_KEYS);

/** What reads one account, by provider. */
const READERS: Readonly<Record<Provider, (name: string, source: SecretSource) => z.ZodType<AccountConfig>>> =
  { wallet: walletAccount, yabandpay: yabandpayAccount, payermax: payermaxAccount };

/** What can be said of an account without its provider: the keys that all have must be right, and those that none has are wrong. */
const KEYS_OF_ANY = z.strictObject({
  ...Object.fromEntries(
    Object.values(ACCOUNT_KEYS)
      .flatMap(({ shape }) => Object.keys(shape))
      .map((key) => [key, z.unknown().optional()]),
  ),
  merchantId: providerText,
  ...connectionKeys('1m'),
  authorisationWindow: authorisationWindow.optional(),
});

/** An account as it is written: the map's name and its keys. */
export interface WrittenAccount {
  readonly name: string;
  readonly value: unknown;
  readonly source: SecretSource;
  /** Names a key of the account for people; the account itself without one. */
  readonly placeOf: (path: readonly PropertyKey[]) => string;
}

export interface AccountChecked {
  /** Null if anything is wrong with its keys. */
  readonly account: AccountConfig | null;
  /** The provider that is named, or was probably meant; null if none. */
  readonly provider: Provider | null;
  readonly keys: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];
}

const ACCOUNT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Checks an account and reads the keys that it refers to. Collects every problem, also when its provider or its name is wrong. */
export function checkAccount({ name, value, source, placeOf }: WrittenAccount): AccountChecked {
  const problems: Problem[] = [];
  if (!ACCOUNT_NAME.test(name)) {
    const text =
      'an account name has letters, digits, dots, dashes and underscores, at most 64, and begins with a letter or digit';
    problems.push({ place: placeOf([]), text });
  }
  if (!isKeyed(value)) {
    problems.push({ place: placeOf([]), text: "must be a map of the account's keys" });
    return { account: null, provider: null, keys: {}, problems };
  }
  const named = value['provider'];
  const provider = providerOf(named);
  if (named !== provider || provider === null)
    problems.push({ place: placeOf(['provider']), text: notAProvider(named, provider) });
  const known = provider === null ? KEYS_OF_ANY : ACCOUNT_KEYS[provider];
  const read = provider === null ? KEYS_OF_ANY : READERS[provider](name, source);
  const { data, error } = read.safeParse(provider === null ? value : { ...value, provider });
  for (const issue of error?.issues ?? [])
    problems.push(...problemsOf(issue, Object.keys(known.shape), placeOf));
  return { account: isAccount(data) ? data : null, provider, keys: value, problems };
}

export function isKeyed(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Only READERS give a name: the keys without a provider have none. */
function isAccount(data: object | undefined): data is AccountConfig {
  return data !== undefined && 'name' in data;
}

/** The provider of this name, or the one that was probably meant. */
function providerOf(word: unknown): Provider | null {
  if (typeof word !== 'string') return null;
  const name = PROVIDERS.includes(word) ? word : didYouMean(word, PROVIDERS);
  return name !== null && isProvider(name) ? name : null;
}

function isProvider(word: string): word is Provider {
  return Object.hasOwn(ACCOUNT_KEYS, word);
}

function notAProvider(named: unknown, meant: Provider | null): string {
  const list = PROVIDERS.join(', ');
  if (named === undefined || named === null) return `is missing: write ${list}`;
  return meant === null ? `is not one of: ${list}` : `is not one of: ${list}; did you mean ${meant}?`;
}

function problemsOf(
  issue: z.core.$ZodIssue,
  known: readonly string[],
  placeOf: WrittenAccount['placeOf'],
): Problem[] {
  if (issue.code !== 'unrecognized_keys') return [{ place: placeOf(issue.path), text: issue.message }];
  return issue.keys.map((key) => {
    const meant = didYouMean(key, known);
    const hint = meant === null ? `there are ${known.join(', ')}` : `did you mean ${meant}?`;
    return { place: placeOf([...issue.path, key]), text: `is no key of such an account: ${hint}` };
  });
}
