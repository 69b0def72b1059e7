import { createHash, createPublicKey, KeyObject } from 'node:crypto';
import type { Command } from 'commander';
import type { AccountConfig } from '../config/accounts.js';
import { ACCOUNT_KEYS } from '../config/accounts.js';
import { loadConfig } from '../config/config.js';
import { parameter } from '../config/database-url.js';
import { formatDuration } from '../config/duration.js';
import type { ProcessEnvironment } from '../config/environment.js';
import { ConfigurationError } from '../config/problem.js';
import { shownOrigin } from '../config/url-text.js';
import type { VariableName } from '../config/variables.js';
import { defaultOf, SECRET_VARIABLES, VARIABLE_NAMES } from '../config/variables.js';
import { printable } from '../printable.js';
import { REDACTED, redactText } from '../redact.js';
import { addHelp } from './help.js';
import type { Io, Outcome } from './io.js';
import { toJson } from './json.js';

export function addConfigCheck(config: Command, io: Io, outcome: Outcome): void {
  const command = config
    .command('check')
    .summary('show the configuration, or all that is wrong with it')
    .description(
      'Reads the whole configuration as a start would, keys included, and shows it without secrets, or all that is wrong with it. ' +
        'Connects to nothing.',
    )
    .option('--json', 'print one JSON document')
    .action(({ json }: { readonly json?: boolean }) => {
      try {
        const { accounts } = loadConfig(io.env, io);
        const shown = { settings: shownSettings(io.env), accounts: accounts.map(shownAccount) };
        io.out(json === true ? toJson({ valid: true, ...shown }) : asText(shown));
      } catch (error) {
        if (json !== true || !(error instanceof ConfigurationError)) throw error;
        const problems = error.problems.map(({ place, text }) => ({ place, text: redactText(text) }));
        io.out(toJson({ valid: false, problems }));
        outcome.exitCode = error.exitCode;
      }
    });
  addHelp(command, {
    environment: [
      ['CAPTURE_WORKER_ACCOUNTS_FILE', 'the accounts file; ./accounts.yaml unless set'],
      ['all others', 'are checked too'],
    ],
    exits: [3],
    examples: [
      ['capture-worker config check', 'in a pipeline, before a deployment'],
      ["capture-worker config check --json | jq -r '.problems[].place'", 'where the problems are'],
    ],
  });
}

interface Shown {
  /** Each variable as it is written or, unless it is set, as its default would be; null if it then is nothing. */
  readonly settings: Readonly<Record<string, string | null>>;
  readonly accounts: readonly Readonly<Record<string, unknown>>[];
}

function shownSettings(env: ProcessEnvironment): Shown['settings'] {
  return Object.fromEntries(
    VARIABLE_NAMES.map((name) => {
      const written = env[name] ?? '';
      return [name, written === '' ? defaultOf(name) : shownValue(name, written)];
    }),
  );
}

const URL_VARIABLES: readonly VariableName[] = ['SCHEMA_REGISTRY_URL', 'KAFKA_SASL_OAUTH_TOKEN_URL'];

function shownValue(name: VariableName, written: string): string {
  if (SECRET_VARIABLES.includes(name)) return REDACTED;
  if (name === 'DATABASE_URL') return shownDatabaseUrl(written);
  return URL_VARIABLES.includes(name) ? shownUrl(written) : printable(written);
}

/** Of every URL no more than scheme, host and port: a path is often all that keeps others from calling it. */
function shownUrl(written: string): string {
  const url = new URL(written);
  return `${shownOrigin(url, REDACTED)}${url.pathname === '/' ? '' : `/${REDACTED}`}`;
}

/** As other URLs, and the name of the database if it is a plain word, and how the connection is protected. */
function shownDatabaseUrl(written: string): string {
  const url = new URL(written);
  const database = url.pathname.slice(1);
  const mode = parameter(url, 'sslmode');
  const hasOthers = [...url.searchParams.keys()].some((name) => name !== 'sslmode');
  const query = [...(mode === null ? [] : [`sslmode=${mode}`]), ...(hasOthers ? [REDACTED] : [])].join('&');
  const name = /^[A-Za-z_][A-Za-z0-9_-]{0,62}$/.test(database) ? database : REDACTED;
  return `${shownOrigin(url, REDACTED)}/${name}${query === '' ? '' : `?${query}`}`;
}

/**
 * The keys that can be written in the accounts file, and none that the program makes of them. RSA keys are shown by their fingerprint, so
 * that one can tell which key is deployed without seeing it. A shared secret isn't even shown so: it may be short enough to be found from
 * its hash.
 */
function shownAccount(account: AccountConfig): Readonly<Record<string, unknown>> {
  const written = new Set(['name', ...Object.keys(ACCOUNT_KEYS[account.provider].shape)]);
  return Object.fromEntries(
    Object.entries(account)
      .filter(([key]) => written.has(withoutUnit(key)))
      .map(([key, value]: [string, unknown]) => {
        if (key === 'secretKey') return [key, 'set'];
        if (key === 'previousKeys') return [`${key}Fingerprint`, account.previousKeys.map(fingerprint)];
        if (key === 'notifyUrl') return [key, shownUrl(String(value))];
        return value instanceof KeyObject ? [`${key}Fingerprint`, fingerprint(value)] : [key, value];
      }),
  );
}

/** Durations are in ms once they were read, and named so. */
function withoutUnit(key: string): string {
  return key.replace(/Ms$/, '');
}

/** As `openssl pkey -pubin -outform DER | sha256sum` gives it, of the public half. Of a secret that two parties share nothing is shown. */
function fingerprint(key: KeyObject): string {
  if (key.type === 'secret') return 'set';
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return `sha256:${createHash('sha256').update(der).digest('hex')}`;
}

function asText({ settings, accounts }: Shown): string {
  const lines = [
    'The configuration is valid.',
    '',
    ...Object.entries(settings).map(([name, value]) => `${name}: ${value ?? 'not set'}`),
    ...accounts.flatMap(({ name, ...account }) => ['', `account ${String(name)}`, ...lineOf('  ', account)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** One line a value; a nested value has its path, a duration its unit. */
function lineOf(indent: string, values: Readonly<Record<string, unknown>>, path = ''): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const name = path === '' ? key : `${path}.${key}`;
    if (Array.isArray(value)) return [`${indent}${name}: ${value.length === 0 ? 'none' : value.join(', ')}`];
    if (typeof value === 'object' && value !== null) return lineOf(indent, { ...value }, name);
    if (typeof value === 'number' && name.endsWith('Ms'))
      return [`${indent}${withoutUnit(name)}: ${formatDuration(value)}`];
    return [`${indent}${name}: ${value === '' ? 'none' : String(value)}`];
  });
}
