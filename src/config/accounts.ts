import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { messageOf } from '../errors.js';
import { readPrivateKey, readPublicKey } from '../providers/keys.js';
import type { WalletAccountConfig } from '../providers/wallet/config.js';
import { didYouMean } from './did-you-mean.js';
import type { ProcessEnvironment } from './environment.js';
import type { Problem } from './problem.js';
import { quoted } from './problem.js';
import type { SecretSource } from './secret.js';
import { readSecret, secretReference, whyUnreadable } from './secret.js';
import { absentOr, duration, secureOrigin, text } from './values.js';
import type { YamlFile } from './yaml-file.js';
import { readYaml } from './yaml-file.js';

const SECOND = 1_000;
const DAY = 86_400_000;

/** An account with the wallet: what its client needs, and the terms on which its orders are planned. */
export interface WalletAccount extends WalletAccountConfig {
  readonly name: string;
  readonly provider: 'wallet';
  readonly merchantId: string;
  /** How long an authorisation can be captured, in ms. */
  readonly authorisationWindowMs: number;
}

/** An account of the accounts file, checked, with its keys read: a union by provider, which the next provider widens. */
export type AccountConfig = WalletAccount;

/** A key, read from where the account says it is kept. */
function key(read: (text: string, name: string) => KeyObject, source: SecretSource) {
  return secretReference.transform((reference, context): KeyObject => {
    const found = readSecret(reference, source);
    try {
      if ('secret' in found) return read(found.secret, found.place);
      context.addIssue({ code: 'custom', message: found.unreadable });
    } catch (error) {
      context.addIssue({ code: 'custom', message: messageOf(error) });
    }
    return z.NEVER;
  });
}

const flag = z.boolean({ error: absentOr('must be true or false') });
const count = (max: number) => {
  const error = absentOr(`must be a whole number from 1 to ${String(max)}`);
  return z.int({ error }).min(1, { error }).max(max, { error });
};
const providerText = text(/^[\x21-\x7e]{1,64}$/, 'at most 64 visible characters without spaces');

/** The keys of an account with the wallet. docs/configuration.md says what each means; a test holds the two together. */
function walletKeys(source: SecretSource) {
  return z.strictObject({
    provider: z.literal('wallet'),
    merchantId: providerText,
    clientId: providerText,
    baseUrl: secureOrigin,
    privateKey: key(readPrivateKey, source),
    walletPublicKey: key(readPublicKey, source),
    authorisationWindow: duration({ min: 60 * SECOND, max: 366 * DAY }),
    keyVersion: count(999_999_999).default(1),
    signatureUrlEncoded: flag.default(false),
    requireSignedAnswers: flag.default(true),
    timeout: duration({ min: 100, max: 300 * SECOND }).prefault('25s'),
    maxInFlight: count(10_000).default(100),
  });
}

function walletAccount(name: string, source: SecretSource) {
  return walletKeys(source)
    .refine(({ privateKey, walletPublicKey }) => !createPublicKey(privateKey).equals(walletPublicKey), {
      path: ['walletPublicKey'],
      error: "belongs to this account's own privateKey: give the public key of the wallet",
    })
    .transform(({ keyVersion, timeout, authorisationWindow, ...rest }): WalletAccount => ({
      ...rest,
      name,
      keyVersion: String(keyVersion),
      timeoutMs: timeout,
      authorisationWindowMs: authorisationWindow,
    }));
}

/** The keys that an account of each provider takes. */
export const ACCOUNT_KEYS = {
  wallet: walletKeys({ env: {}, folder: '.' }),
} as const satisfies Record<AccountConfig['provider'], z.ZodObject>;

const PROVIDERS = Object.keys(ACCOUNT_KEYS).join(', ');

/** What reads one account, by provider. */
const READERS = { wallet: walletAccount };

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

/**
 * Two accounts for one merchant would be two rate limits and two circuits for one account at the provider. Two merchants with one client
 * id would be worse: the provider knows the client alone, so one authorisation could be claimed, and captured, under either merchant.
 */
function sameMerchant(entries: readonly [string, unknown][], yaml: YamlFile): Problem[] {
  return [
    ...shared(
      entries,
      yaml,
      'merchantId',
      (value, first) => `${value} is account ${first}'s merchant already: one account a merchant`,
    ),
    ...shared(
      entries,
      yaml,
      'clientId',
      (value, first) => `${value} is account ${first}'s client already: one account a client`,
    ),
  ];
}

/** The accounts that have the same value of a key as an earlier account of their provider. */
function shared(
  entries: readonly [string, unknown][],
  yaml: YamlFile,
  key: 'merchantId' | 'clientId',
  text: (value: string, first: string) => string,
): Problem[] {
  const identity = z.object({
    provider: z.string(),
    merchantId: z.string().optional(),
    clientId: z.string().optional(),
  });
  const seen = new Map<string, string>();
  return entries.flatMap(([name, account]) => {
    const { data } = identity.safeParse(account);
    const value = data?.[key];
    if (data === undefined || value === undefined) return [];
    const identifier = `${data.provider} ${value}`;
    const first = seen.get(identifier);
    seen.set(identifier, first ?? name);
    return first === undefined
      ? []
      : [{ place: yaml.placeOf([name, key]), text: text(quoted(value), first) }];
  });
}
