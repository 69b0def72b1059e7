import { z } from 'zod';
import { isLoopback } from '../loopback.js';
import { formatDuration, parseDuration } from './duration.js';
import { quoted } from './problem.js';

/**
 * Readers of single values, shared by variables and the accounts file. Each says what is wrong with a value in words that mend it.
 */
type Reader<T> = z.ZodType<T, string>;

/** What is wrong with a text, in words that follow its name. */
class Refusal {
  constructor(readonly why: string) {}
}

function reader<T>(read: (text: string) => T | Refusal): Reader<T> {
  return z.string({ error: absentOr('must be text: put it in quotes') }).transform((text, context): T => {
    const value = read(text);
    if (!(value instanceof Refusal)) return value;
    context.addIssue({ code: 'custom', message: value.why });
    return z.NEVER;
  });
}

/** A duration in ms, within bounds (ms, inclusive). */
export function duration({ min, max }: { min: number; max: number }): Reader<number> {
  return reader((text) => {
    const ms = parseDuration(text);
    if (ms === null)
      return new Refusal(`${quoted(text)} is no duration: write a number and ms, s, m, h or d (25s)`);
    if (ms < min || ms > max)
      return new Refusal(`${text} is not between ${formatDuration(min)} and ${formatDuration(max)}`);
    return ms;
  });
}

/** A whole number within bounds (inclusive), written in digits. */
export function wholeNumber({ min, max }: { min: number; max: number }): Reader<number> {
  return reader((text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (!(number >= min && number <= max))
      return new Refusal(`${quoted(text)} is not a whole number from ${String(min)} to ${String(max)}`);
    return number;
  });
}

export function oneOf<const T extends string>(words: readonly T[]): Reader<T> {
  return reader((text) => {
    const word = words.find((candidate) => candidate === text);
    return word ?? new Refusal(`${quoted(text)} is not one of ${words.join(', ')}`);
  });
}

/** Text of the characters that the pattern allows; `allowed` names them for people. */
export function text(pattern: RegExp, allowed: string): Reader<string> {
  return reader((value) =>
    pattern.test(value)
      ? value
      : new Refusal(`${quoted(value)} has a character that is not allowed, or is too long: use ${allowed}`),
  );
}

/** `host:port,host:port`: Kafka's bootstrap brokers. IPv6 literals are not taken, since the Kafka client can't read them. */
export const brokers: Reader<readonly string[]> = reader((text) => {
  const addresses = text.split(',').map((part) => part.trim());
  const wrong = addresses.find((address) => !isAddress(address));
  return wrong === undefined
    ? addresses
    : new Refusal(`${quoted(wrong)} is not host:port; separate brokers by commas`);
});

function isAddress(text: string): boolean {
  const [, port = ''] = /^[A-Za-z0-9._-]+:(\d{1,5})$/.exec(text) ?? [];
  return Number(port) >= 1 && Number(port) <= 65_535;
}

/** A switch, written out. */
export const yesOrNo = oneOf(['true', 'false']).transform((word) => word === 'true');

/** A path of a file. */
export const path = text(/^[^\0]+$/, 'a path');

/** A secret of one line, never repeated. */
export const secret: Reader<string> = reader((value) =>
  /[\0\r\n]/.test(value) ? new Refusal('has a line end or a null character in it') : value,
);

/** What a bearer token is made of. */
export const BEARER_TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

/** A secret that goes into a header as it is. */
export const bearerToken: Reader<string> = reader((value) =>
  BEARER_TOKEN.test(value)
    ? value
    : new Refusal('is no token: it has a space or a character that no token has'),
);

/** An http or https URL without credentials, query or fragment, and without a slash at its end. */
export const registryUrl: Reader<string> = reader((text) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && (url.username !== '' || url.password !== ''))
    return new Refusal(
      'holds a user or password: give them in SCHEMA_REGISTRY_USERNAME and SCHEMA_REGISTRY_PASSWORD instead',
    );
  return plainHttpUrl(text);
});

/** Scheme, host and port; plain http only to this machine: what goes there is signed, not encrypted. */
export const secureOrigin: Reader<string> = reader((text) => {
  const href = plainHttpUrl(text);
  if (href instanceof Refusal) return href;
  const { protocol, hostname, origin } = new URL(href);
  if (href !== origin) return new Refusal(`${quoted(text)} has a path: write scheme, host and port alone`);
  if (protocol === 'http:' && !isLoopback(hostname))
    return new Refusal(`${href} is not encrypted: write https (http is taken for this machine only)`);
  return origin;
});

/** A URL that others call us at; https, or plain http only on this machine. */
export const secureUrl: Reader<string> = reader((text) => {
  const href = plainHttpUrl(text);
  if (href instanceof Refusal) return href;
  const { protocol, hostname } = new URL(href);
  if (protocol === 'http:' && !isLoopback(hostname))
    return new Refusal(`${href} is not encrypted: write https (http is taken for this machine only)`);
  return href;
});

function plainHttpUrl(text: string): string | Refusal {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    return new Refusal('is not a URL that begins with https:// or http://');
  if (url.username !== '' || url.password !== '')
    return new Refusal('holds a user or password; a URL here must hold none');
  if (url.search !== '' || url.hash !== '')
    return new Refusal(`${quoted(text)} must end with its path (no ? or #)`);
  return url.href.replace(/\/+$/, '');
}

/** A PostgreSQL URL. It may hold a password, so no text of it is ever repeated. */
export const databaseUrl: Reader<string> = reader((text) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null)
    return new Refusal(
      'cannot be read as a URL (not shown, it may hold a password): write postgresql:// and then user, password, host, ' +
        'port and database as in .env.example, special characters of the password percent-encoded',
    );
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:')
    return new Refusal('must begin with postgresql:// or postgres://');
  if (url.pathname.length < 2) return new Refusal('names no database: end it with /database');
  if (url.hostname === '' && !url.searchParams.has('host'))
    return new Refusal('names no host: write localhost, or ?host=/path for a Unix socket');
  return text;
});

/** The text for a value of the wrong kind; one that isn't there is told apart, since it is mended differently. */
export function absentOr(wrong: string): (issue: { readonly input?: unknown }) => string {
  return ({ input }) => (input === undefined || input === null ? 'is missing' : wrong);
}
