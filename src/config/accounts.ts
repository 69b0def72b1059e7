import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import type { PayermaxAccount } from './account/payermax.js';
import { payermaxAccount, payermaxKeys } from './account/payermax.js';
import type { WalletAccount } from './account/wallet.js';
import { walletAccount, walletKeys } from './account/wallet.js';
import type { YabandpayAccount } from './account/yabandpay.js';
import { yabandpayAccount, yabandpayKeys } from './account/yabandpay.js';
import { didYouMean } from './did-you-mean.js';
import type { ProcessEnvironment } from './environment.js';
import type { Problem } from './problem.js';
import { quoted } from './problem.js';
import type { SecretSource } from './secret.js';
import { whyUnreadable } from './secret.js';
import type { YamlFile } from './yaml-file.js';
import { readYaml } from './yaml-file.js';

/** An account of the accounts file, checked, with its keys read. */
export type AccountConfig = WalletAccount | YabandpayAccount | PayermaxAccount;

const NOWHERE: SecretSource = { env: {}, folder: '.' };

/** The keys that an account of each provider takes. */
export const ACCOUNT_KEYS = {
  wallet: walletKeys(NOWHERE),
  yabandpay: yabandpayKeys(NOWHERE),
  payermax: payermaxKeys(NOWHERE),
} as const satisfies Record<AccountConfig['provider'], z.ZodObject>;

const PROVIDERS = Object.keys(ACCOUNT_KEYS).join(', ');

/** What reads one account, by provider. */
const READERS: Readonly<
  Record<AccountConfig['provider'], (name: string, source: SecretSource) => z.ZodType<AccountConfig>>
> = { wallet: walletAccount, yabandpay: yabandpayAccount, payermax: payermaxAccount };

export interface AccountsRead {
  readonly accounts: readonly AccountConfig[];
  readonly problems: readonly Problem[];
}

/**
 * Reads the accounts file and every key that it refers to. Collects every problem, each with its file, line and key.
 * `file` is the path as configured: it is what people know the file by.
 */
export function loadAccounts(
  file: string,
  { cwd, env }: { readonly cwd: string; readonly env: ProcessEnvironment },
): AccountsRead {
  const path = resolve(cwd, file);
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    const text = `can't be read: ${whyUnreadable(error)}; accounts.example.yaml shows what belongs in it`;
    return { accounts: [], problems: [{ place: file, text }] };
  }
  const yaml = readYaml(content, file);
  if (yaml.problems.length > 0) return { accounts: [], problems: yaml.problems };
  return checkAccounts(yaml, { env, folder: dirname(path) });
}

function checkAccounts(yaml: YamlFile, source: SecretSource): AccountsRead {
  const top = z.record(z.string(), z.unknown()).safeParse(yaml.content);
  if (!top.success || Object.keys(top.data).length === 0) {
    const text = 'must map at least one account name to its account; accounts.example.yaml shows how';
    return { accounts: [], problems: [{ place: yaml.placeOf([]), text }] };
  }
  const entries = Object.entries(top.data);
  const read = entries.map(([name, value]) => checkAccount(name, value, yaml, source));
  return {
    accounts: read.flatMap(({ account }) => account ?? []),
    problems: [...read.flatMap(({ problems }) => problems), ...sameMerchant(entries, yaml)],
  };
}

const ACCOUNT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

function checkAccount(
  name: string,
  value: unknown,
  yaml: YamlFile,
  source: SecretSource,
): { account: AccountConfig | null; problems: Problem[] } {
  const problems: Problem[] = [];
  if (!ACCOUNT_NAME.test(name)) {
    const text = 'an account name has letters, digits, dots, dashes and underscores, at most 64';
    problems.push({ place: yaml.placeOf([name]), text });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push({ place: yaml.placeOf([name]), text: "must be a map of the account's keys" });
    return { account: null, problems };
  }
  const provider = 'provider' in value ? value.provider : undefined;
  if (!isProvider(provider)) {
    const text = provider === undefined ? `is missing: write ${PROVIDERS}` : `is not one of: ${PROVIDERS}`;
    problems.push({ place: yaml.placeOf([name, 'provider']), text });
    return { account: null, problems };
  }
  const result = READERS[provider](name, source).safeParse(value);
  const known = Object.keys(ACCOUNT_KEYS[provider].shape);
  for (const issue of result.error?.issues ?? []) problems.push(...problemsOf(issue, name, known, yaml));
  return { account: result.data ?? null, problems };
}

function isProvider(word: unknown): word is AccountConfig['provider'] {
  return typeof word === 'string' && Object.hasOwn(ACCOUNT_KEYS, word);
}

function problemsOf(
  issue: z.core.$ZodIssue,
  account: string,
  known: readonly string[],
  yaml: YamlFile,
): Problem[] {
  const path = [account, ...issue.path];
  if (issue.code !== 'unrecognized_keys') return [{ place: yaml.placeOf(path), text: issue.message }];
  return issue.keys.map((key) => {
    const meant = didYouMean(key, known);
    const hint = meant === null ? `there are ${known.join(', ')}` : `did you mean ${meant}?`;
    return { place: yaml.placeOf([...path, key]), text: `is no key of such an account: ${hint}` };
  });
}

/** The keys that name a merchant, or us, to a provider: no two accounts of a provider may share one. */
const IDENTITIES = { merchantId: 'merchant', clientId: 'client', user: 'user', appId: 'app' } as const;
type IdentityKey = keyof typeof IDENTITIES;
const IDENTITY_KEYS = Object.keys(IDENTITIES) as IdentityKey[];

/**
 * Two accounts for one merchant would be two rate limits and two circuits for one account at the provider. Two merchants with one client
 * id would be worse: the provider knows the client alone, so one authorisation could be claimed, and captured, under either merchant.
 * Letter case doesn't make two of them: no provider is known to tell ids apart by it.
 */
function sameMerchant(entries: readonly [string, unknown][], yaml: YamlFile): Problem[] {
  return IDENTITY_KEYS.flatMap((key) => shared(entries, yaml, key));
}

const identity = z.looseObject({ provider: z.string() });

/** The accounts that have the same value of a key as an earlier account of their provider. */
function shared(entries: readonly [string, unknown][], yaml: YamlFile, key: IdentityKey): Problem[] {
  const seen = new Map<string, string>();
  return entries.flatMap(([name, account]) => {
    const { data } = identity.safeParse(account);
    const value = data?.[key];
    if (data === undefined || typeof value !== 'string') return [];
    const identifier = `${data.provider} ${value.toLowerCase()}`;
    const first = seen.get(identifier);
    seen.set(identifier, first ?? name);
    if (first === undefined) return [];
    const what = IDENTITIES[key];
    const text = `${quoted(value)} is account ${first}'s ${what} already: one account a ${what}`;
    return [{ place: yaml.placeOf([name, key]), text }];
  });
}
