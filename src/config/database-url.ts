import type { Reader } from './reader.js';
import { reader, Refusal } from './reader.js';
import type { UrlKind } from './url-text.js';
import { isPort, parseUrl } from './url-text.js';

const POSTGRESQL: UrlKind = {
  schemes: ['postgresql://', 'postgres://'],
  strayAt:
    'has an @ behind a /, ? or #, which ends the host: percent-encode these characters in user and password ' +
    '(/ as %2F, ? as %3F, # as %23), and an @ that belongs there as %40',
};

/** A PostgreSQL URL, as the driver will read it. It may hold a password, so no text of it is ever repeated. */
export const databaseUrl: Reader<string> = reader((text) => {
  // Given a space, the driver encodes the URL once more, and reads another password than was written.
  const written = text.trim().replaceAll(' ', '%20');
  const url = parseUrl(written, POSTGRESQL);
  if (url instanceof Refusal) return url;
  const problems = [...undecodable(url), ...missing(url), ...wrongParameters(url)];
  if (written.includes('#'))
    problems.push('has a #, behind which nothing is read: percent-encode it, as %23');
  return problems.length === 0 ? written : new Refusal(problems.join('; and it '));
});

/** A parameter of the URL; the last of several, as the driver takes it. */
export function parameter(url: URL, name: string): string | null {
  return url.searchParams.getAll(name).at(-1) ?? null;
}

/** Where the driver will connect to: a name, an address or, beginning with a slash, the folder of a Unix socket. */
export function hostOf(url: URL): string {
  const host = parameter(url, 'host') ?? '';
  return host === '' ? decodeURIComponent(url.hostname) : host;
}

const PARTS: readonly (readonly [part: string, of: (url: URL) => string])[] = [
  ['user', (url) => url.username],
  ['password', (url) => url.password],
  ['host', (url) => url.hostname],
  ['name of the database', (url) => url.pathname],
  ['parameters', (url) => url.search],
];

/** The parts that can't be decoded: the driver would fail at them with every connection, or read something else than was meant. */
function undecodable(url: URL): string[] {
  const parts = PARTS.filter(([, of]) => !isDecodable(of(url))).map(([part]) => part);
  if (parts.length === 0) return [];
  return [
    `has a % in its ${parts.join(' and its ')} that begins no percent-encoded character: percent-encode it, as %25`,
  ];
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function missing(url: URL): string[] {
  const problems: string[] = [];
  if (url.pathname.length < 2) problems.push('names no database: end it with /database');
  if (url.hostname === '' && (parameter(url, 'host') ?? '') === '')
    problems.push('names no host: write localhost, or ?host=/path for a Unix socket');
  return problems;
}

/** Parameters that the driver takes for numbers, without looking: with anything else it fails later, or never ends. */
const NUMBERS = [
  'connect_timeout',
  'idle_in_transaction_session_timeout',
  'lock_timeout',
  'query_timeout',
  'statement_timeout',
];

function wrongParameters(url: URL): string[] {
  const problems: string[] = [];
  const host = parameter(url, 'host') ?? '';
  if (host.includes(',') && !host.startsWith('/'))
    problems.push('has a parameter host with several hosts, of which none would be found: write one');
  const port = parameter(url, 'port') ?? '';
  if (port !== '' && !isPort(port))
    problems.push('has a parameter port that is not a number from 1 to 65535');
  for (const name of NUMBERS)
    if (!isWhole(parameter(url, name) ?? '0'))
      problems.push(`has a parameter ${name} that is not a whole number`);
  if (hasBareOption(parameter(url, 'options') ?? ''))
    problems.push(
      'has a parameter options with a setting that lacks its value: write -c name=value, percent-encoded as -c%20name%3Dvalue',
    );
  return problems;
}

function isWhole(text: string): boolean {
  return /^\d{1,9}$/.test(text);
}

/** Whether the server's options, split at spaces as it does, have a `-c` or `--` without `name=value`: it refuses every connection then. */
function hasBareOption(options: string): boolean {
  const words = options.match(/(?:\\.|[^\s\\])+/gs) ?? [];
  return words.some((word, index) => {
    if (word === '-c') return words[index + 1]?.includes('=') !== true;
    return /^-[-c]/.test(word) && !word.includes('=');
  });
}
