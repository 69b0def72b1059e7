import { createPublicKey, KeyObject } from 'node:crypto';
import { z } from 'zod';
import { messageOf } from '../../errors.js';
import { readPrivateKey, readPublicKey } from '../../providers/keys.js';
import { isAddressRange } from '../../addresses.js';
import { absentOr, reader, Refusal } from '../reader.js';
import type { SecretSource } from '../secret.js';
import { readSecret, secretReference } from '../secret.js';
import { secureOrigin } from '../urls.js';
import { duration, text } from '../values.js';

/** The readers of single keys that accounts of several providers have. */
const SECOND = 1_000;
const DAY = 86_400_000;

/** What an account is, whatever its provider. */
export interface AccountTermsConfig {
  readonly name: string;
  readonly merchantId: string;
  /** How long an authorisation can be captured, in ms. */
  readonly authorisationWindowMs: number;
  /** Further keys that the provider's notifications may be signed with, while keys are changed. */
  readonly previousKeys: readonly KeyObject[];
  /** The addresses that notifications may come from, and ranges of them; none for all. */
  readonly notifySources: readonly string[];
  /** How many calls a second may begin; null for as many as come. */
  readonly rateLimit: number | null;
  /** How many of them may begin at once after a pause; null without a limit. */
  readonly rateBurst: number | null;
}

export const flag = z.boolean({ error: absentOr('must be true or false') });
export const count = (max: number) => {
  const error = absentOr(`must be a whole number from 1 to ${String(max)}`);
  // One check for all that can be wrong: several would tell a huge number several times.
  return z
    .number({ error })
    .refine((value) => Number.isInteger(value) && value >= 1 && value <= max, { error });
};
/** Calls a second: fewer than one may be allowed. */
const perSecond = (() => {
  const error = absentOr('must be a number of calls a second, from 0.1 to 10000');
  return z.number({ error }).refine((value) => value >= 0.1 && value <= 10_000, { error });
})();
export const visibleText = (atMost: number) =>
  text({ without: /[^\x21-\x7e]/, atMost, allowed: 'visible ASCII characters without spaces' });
export const providerText = visibleText(64);
export const authorisationWindow = duration({ min: 60 * SECOND, max: 366 * DAY });

/** The keys that every account has; `timeout` is the default of its provider. */
export const connectionKeys = (timeout: string) => ({
  baseUrl: secureOrigin,
  timeout: duration({ min: 100, max: 300 * SECOND }).prefault(timeout),
  maxInFlight: count(10_000).default(100),
  rateLimit: perSecond.optional(),
  rateBurst: count(10_000).optional(),
});

/** The two keys of a rate limit: without a burst of its own it is one second's worth. */
export function rateKeys(
  limit: number | undefined,
  burst: number | undefined,
): Pick<AccountTermsConfig, 'rateLimit' | 'rateBurst'> {
  if (limit === undefined) return { rateLimit: null, rateBurst: null };
  return { rateLimit: limit, rateBurst: burst ?? Math.max(1, Math.ceil(limit)) };
}

/** A burst without a rate would limit nothing. */
export function burstHasRate({
  rateLimit,
  rateBurst,
}: {
  readonly rateLimit?: unknown;
  readonly rateBurst?: unknown;
}): boolean {
  return rateBurst === undefined || rateLimit !== undefined;
}

/** How that is told, beside all else that is wrong with an account. */
export const BURST_WITHOUT_RATE = {
  path: ['rateBurst'],
  when: ({ value }: z.core.ParsePayload): boolean => typeof value === 'object' && value !== null,
  error: 'has no effect without rateLimit: give both, or neither',
};

/** A secret, read from where the account says it is kept; `read` turns it into what is used, or throws what is wrong with it. */
function kept<T>(read: (secret: string, place: string) => T, source: SecretSource) {
  return secretReference.transform((reference, context): T => {
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

export const privateKey = (source: SecretSource) => kept(readPrivateKey, source);
export const publicKey = (source: SecretSource) => kept(readPublicKey, source);

/** A secret of visible characters; the line end that editors leave is not part of it. */
export const secretText = (source: SecretSource) =>
  kept((secret, place) => {
    const trimmed = secret.trim();
    if (/^[\x21-\x7e]{8,512}$/.test(trimmed)) return trimmed;
    throw new Error(`${place} holds no secret: it must be 8 to 512 visible characters without spaces`);
  }, source);

const MAX_KEYS = 10;
const MAX_SOURCES = 100;

/** Keys beside the one that is current, each kept as that one is. */
export const previousKeys = <T>(key: z.ZodType<T>) =>
  z
    .array(key, { error: absentOr(`must be a list of keys, each as the current one is given`) })
    .max(MAX_KEYS, { error: `must be at most ${String(MAX_KEYS)} keys` })
    .optional();

const addressRange = reader(
  (text) =>
    isAddressRange(text)
      ? text
      : new Refusal('is neither an IP address nor a range of them, such as 192.0.2.0/24'),
  () => 'must be text: put it in quotes',
);

export const notifySources = z
  .array(addressRange, { error: absentOr('must be a list of IP addresses or ranges, in quotes') })
  .max(MAX_SOURCES, { error: `must be at most ${String(MAX_SOURCES)} addresses or ranges` })
  .optional();

/** Whether the public key is another party's: people mix up the two files of a pair. */
export function isTheirs(ours: KeyObject, theirs: KeyObject): boolean {
  return !createPublicKey(ours).equals(theirs);
}

/** Whether none of a list of keys is the public half of our own; what is no list of keys is told otherwise. */
export function areTheirs(ours: KeyObject, keys: unknown): boolean {
  const listed: readonly unknown[] = Array.isArray(keys) ? keys : [];
  return listed.every((key) => !(key instanceof KeyObject) || isTheirs(ours, key));
}

/**
 * When two keys of an account can be compared: once both were read, whatever is wrong with the others. By itself zod would look at an
 * account as a whole only when nothing else is wrong with it.
 */
export function whenRead(...names: readonly string[]): (payload: z.core.ParsePayload) => boolean {
  return ({ value }) => {
    const read = new Map(Object.entries(value ?? {}));
    return names.every((name) => read.get(name) instanceof KeyObject);
  };
}
