import { didYouMean } from './did-you-mean.js';
import { formatDuration, parseDuration } from './duration.js';
import { quoted } from './problem.js';
import type { Reader } from './reader.js';
import { reader, Refusal } from './reader.js';

/**
 * Readers of single values, shared by variables and the accounts file. Each says what is wrong with a value in words that mend it.
 *
 * A secret can stand where another value belongs, so a wrong value is repeated only where it helps and is likely none.
 */

/** A duration in ms, within bounds (ms, inclusive). */
export function duration({ min, max }: { min: number; max: number }): Reader<number> {
  const how = 'is no duration: write a number and ms, s, m, h or d (25s)';
  return reader(
    (text) => {
      const ms = parseDuration(text);
      if (ms === null) return new Refusal(`${asNumber(text)}${how}`);
      if (ms < min || ms > max)
        return new Refusal(`${text} is not between ${formatDuration(min)} and ${formatDuration(max)}`);
      return ms;
    },
    (value) => (typeof value === 'number' ? `${String(value)} ${how}` : how),
  );
}

/** A whole number within bounds (inclusive), written in digits. */
export function wholeNumber({ min, max }: { min: number; max: number }): Reader<number> {
  return reader((text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : NaN;
    if (!(number >= min && number <= max))
      return new Refusal(`${asNumber(text)}is not a whole number from ${String(min)} to ${String(max)}`);
    return number;
  });
}

/** What was meant for a number, with a space behind it; nothing of a text that is long or doesn't begin like one. */
function asNumber(text: string): string {
  return /^[-+.]?\d.{0,15}$/.test(text) ? `${quoted(text)} ` : '';
}

/** One of a few words. A wrong one is repeated only if it is nearly right. */
export function oneOf<const T extends string>(words: readonly T[]): Reader<T> {
  return reader((text) => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    const meant = didYouMean(text, words);
    const list = `is not one of ${words.join(', ')}`;
    return new Refusal(meant === null ? list : `${quoted(text)} ${list}: did you mean ${meant}?`);
  });
}

/** More than any name has: what is longer is a key or a file that was pasted, and not repeated. */
const MOST_REPEATED = 64;

/** Text of the characters that the pattern allows; `allowed` names them for people. */
export function text(pattern: RegExp, allowed: string): Reader<string> {
  return reader((value) => {
    if (pattern.test(value)) return value;
    const shown = value.length > MOST_REPEATED ? '' : `${quoted(value)} `;
    return new Refusal(`${shown}has a character that is not allowed, or is too long: use ${allowed}`);
  });
}

const MOST_BROKERS_SHOWN = 3;

/** `host:port,host:port`: Kafka's bootstrap brokers. IPv6 literals are not taken, since the Kafka client can't read them. */
export const brokers: Reader<readonly string[]> = reader((text) => {
  const addresses = text.split(',').map((part) => part.trim());
  const wrong = addresses.filter((address) => !isAddress(address));
  if (wrong.length === 0) return addresses;
  const named = wrong.filter((address) => address !== '' && !address.includes('@'));
  const problems: string[] = [];
  if (wrong.includes('')) problems.push('has a comma with no broker before it, or none after it');
  if (wrong.some((address) => address.includes('@')))
    problems.push('holds a user or password: write host:port alone, and set KAFKA_SASL_MECHANISM');
  if (named.length > 0) {
    const shown = named.slice(0, MOST_BROKERS_SHOWN).map(quoted).join(', ');
    problems.push(`${shown} ${named.length === 1 ? 'is' : 'are'} not host:port; separate brokers by commas`);
  }
  return new Refusal(problems.join('; and '));
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
