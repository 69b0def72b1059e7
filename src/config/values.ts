import { didYouMean } from './did-you-mean.js';
import { formatDuration, parseDuration } from './duration.js';
import { printable } from '../printable.js';
import type { Reader } from './reader.js';
import { reader, Refusal } from './reader.js';
import { isPort } from './url-text.js';

/**
 * Readers of single values, shared by variables and the accounts file. Each says what is wrong with a value in words that mend it.
 *
 * A secret can stand where another value belongs. So a wrong value is repeated only where it can't be one: a number, or a word that is
 * close to one of those that are allowed. Of all others is told what is wrong with them: which character, which length.
 */

/** A duration in ms, within bounds (ms, inclusive). */
export function duration({ min, max }: { min: number; max: number }): Reader<number> {
  const how = 'is no duration: write a whole number and ms, s, m, h or d (25s)';
  return reader(
    (text) => {
      const ms = parseDuration(text);
      if (ms === null) return new Refusal(`${asNumber(text)}${how}`);
      if (ms < min || ms > max)
        return new Refusal(`${text} is not between ${formatDuration(min)} and ${formatDuration(max)}`);
      return ms;
    },
    (value) => (typeof value === 'number' ? `${asNumber(String(value))}${how}` : how),
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

/** A port, 0 for any free one; `off`, null here, for none at all. */
export const portOrOff: Reader<number | null> = reader((text) => {
  if (text === 'off') return null;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  return port <= 65_535 ? port : new Refusal(`${asNumber(text)}is neither a port, 0 to 65535, nor off`);
});

/** A number, with a space behind it; nothing of any other text, nor of more digits than people count with. */
function asNumber(text: string): string {
  return /^[-+]?\d{1,9}([.,]\d{1,3})?$/.test(text) ? `${text} ` : '';
}

/** One of a few words. A wrong one is repeated only if it is nearly right. */
export function oneOf<const T extends string>(words: readonly T[]): Reader<T> {
  return reader((text) => {
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    const meant = didYouMean(text, words);
    const list = `is not one of ${words.join(', ')}`;
    return new Refusal(meant === null ? list : `${JSON.stringify(text)} ${list}: did you mean ${meant}?`);
  });
}

/** What a text may be made of. */
export interface Letters {
  /** Matches one character that may not be in it. */
  readonly without: RegExp;
  /** In characters. */
  readonly atMost: number;
  /** Names the characters that may, for people: it follows "use". */
  readonly allowed: string;
}

/** Text of some characters, not empty. A wrong one is told by its first wrong character, or by its length. */
export function text({ without, atMost, allowed }: Letters): Reader<string> {
  return reader((value) => {
    const characters = Array.from(value);
    const at = characters.findIndex((character) => without.test(character));
    const [wrong, length] = [characters[at], characters.length];
    const problems: string[] = [];
    if (length === 0) problems.push('is empty');
    if (length > atMost)
      problems.push(`has ${String(length)} characters, and at most ${String(atMost)} are taken`);
    if (wrong !== undefined)
      problems.push(`has ${nameOf(wrong)} as character ${String(at + 1)}, which is not allowed`);
    return problems.length === 0 ? value : new Refusal(`${problems.join('; and it ')}: use ${allowed}`);
  });
}

const NAMES: Readonly<Record<string, string>> = {
  ' ': 'a space',
  '\t': 'a tab',
  '\r': 'a line end',
  '\n': 'a line end',
};

function nameOf(character: string): string {
  return NAMES[character] ?? `the character ${printable(character)}`;
}

/** `host:port,host:port`: Kafka's bootstrap brokers. IPv6 literals are not taken, since the Kafka client can't read them. */
export const brokers: Reader<readonly string[]> = reader((text) => {
  const addresses = text.split(',').map((part) => part.trim());
  const wrong = new Map<string, number[]>();
  for (const [index, address] of addresses.entries()) {
    const problem = addressProblem(address);
    if (problem !== null) wrong.set(problem, [...(wrong.get(problem) ?? []), index + 1]);
  }
  if (wrong.size === 0) return addresses;
  const problems = [...wrong].map(([problem, places]) =>
    addresses.length === 1 ? problem : `${problem} (${addressesAt(places)})`,
  );
  return new Refusal(`${problems.join('; and it ')}: write host:port,host:port`);
});

const MOST_PLACES = 5;

/** `address 2`, `addresses 1, 3`. */
function addressesAt(places: readonly number[]): string {
  const shown = places.slice(0, MOST_PLACES).join(', ');
  return `${places.length === 1 ? 'address' : 'addresses'} ${shown}${places.length > MOST_PLACES ? ', …' : ''}`;
}

/** What is wrong with a broker's address, in words that follow "KAFKA_BROKERS"; null if it is right. */
function addressProblem(address: string): string | null {
  if (address === '') return 'has a comma with no broker before it, or none after it';
  if (address.includes('://')) return 'holds a URL';
  if (address.includes('@'))
    return 'holds a user or password, which belong into KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD';
  if (address.includes('[')) return "holds an IPv6 address, which can't be written here: use a name";
  const colon = address.indexOf(':');
  if (colon < 0) return 'has a broker without its port';
  if (!/^[A-Za-z0-9._-]+$/.test(address.slice(0, colon))) return 'has a broker whose host is no host name';
  return isPort(address.slice(colon + 1)) ? null : 'has a port that is not a number from 1 to 65535';
}

/** A moment, in UTC: what means another one elsewhere is no moment. */
export const utcTime: Reader<Date> = reader((value) => {
  const at = new Date(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z$/.test(value) ? value : Number.NaN);
  // A day that a month doesn't have would otherwise be taken for one of the next month.
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(value.slice(0, 19))
    ? at
    : new Refusal('is no moment in UTC: write it as 2026-03-02T10:15:00Z');
});

/** A switch, written out. */
export const yesOrNo = oneOf(['true', 'false']).transform((word) => word === 'true');

/** A path of a file. */
export const path = text({ without: /\0/, atMost: 4_096, allowed: 'the path of a file' });

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
