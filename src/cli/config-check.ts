import { createHash, createPublicKey, KeyObject } from 'node:crypto';
import type { Command } from 'commander';
import type { AccountConfig } from '../config/accounts.js';
import { ACCOUNT_KEYS } from '../config/accounts.js';
import { loadConfig } from '../config/config.js';
import type { ProcessEnvironment } from '../config/environment.js';
import { formatDuration } from '../config/duration.js';
import { ConfigurationError } from '../config/problem.js';
import type { VariableName } from '../config/variables.js';
import { defaultOf, SECRET_VARIABLES, VARIABLE_NAMES } from '../config/variables.js';
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

function shownValue(name: VariableName, written: string): string {
  if (SECRET_VARIABLES.includes(name)) return REDACTED;
  return name === 'DATABASE_URL' ? shownDatabaseUrl(written) : written;
}

/** By its parts, not by what a password looks like in a text: it may hold any character. */
function shownDatabaseUrl(written: string): string {
  const url = new URL(written);
  // Characters that a URL would change stay out of it.
  if (url.password !== '') url.password = 'REDACTED';
  if (url.searchParams.has('password')) url.searchParams.set('password', 'REDACTED');
  return url.href.replace(':REDACTED@', `:${REDACTED}@`).replace('password=REDACTED', `password=${REDACTED}`);
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
        return value instanceof KeyObject ? [`${key}Fingerprint`, fingerprint(value)] : [key, value];
      }),
  );
}

/** Durations are in ms once they were read, and named so. */
function withoutUnit(key: string): string {
  return key.replace(/Ms$/, '');
}

/** As `openssl pkey -pubin -outform DER | sha256sum` gives it, of the public half. */
function fingerprint(key: KeyObject): string {
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
    if (Array.isArray(value)) return [`${indent}${name}: ${value.join(', ')}`];
    if (typeof value === 'object' && value !== null) return lineOf(indent, { ...value }, name);
    if (typeof value === 'number' && name.endsWith('Ms'))
      return [`${indent}${withoutUnit(name)}: ${formatDuration(value)}`];
    return [`${indent}${name}: ${value === '' ? 'none' : String(value)}`];
  });
}
