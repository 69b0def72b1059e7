import { createHash, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Command } from 'commander';
import type { AccountConfig } from '../config/accounts.js';
import type { Config } from '../config/config.js';
import { loadConfig } from '../config/config.js';
import { formatDuration } from '../config/duration.js';
import { ConfigurationError } from '../config/problem.js';
import { redactText } from '../redact.js';
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
        const shown = shownConfig(loadConfig(io.env, { cwd: io.cwd }));
        io.out(json === true ? toJson({ valid: true, ...shown }) : asText(shown));
      } catch (error) {
        if (json !== true || !(error instanceof ConfigurationError)) throw error;
        io.out(toJson({ valid: false, problems: error.problems }));
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
  readonly settings: Readonly<Record<string, unknown>>;
  readonly accounts: readonly Readonly<Record<string, unknown>>[];
}

function shownConfig(config: Config): Shown {
  const { accounts, database, ...rest } = config;
  return {
    settings: { ...rest, database: { ...database, url: redactText(database.url) } },
    accounts: accounts.map(shownAccount),
  };
}

/** Keys are shown by their fingerprint, so that one can tell which key is deployed without seeing it. */
function shownAccount({
  privateKey,
  walletPublicKey,
  ...rest
}: AccountConfig): Readonly<Record<string, unknown>> {
  return {
    ...rest,
    privateKeyFingerprint: fingerprint(createPublicKey(privateKey)),
    walletPublicKeyFingerprint: fingerprint(walletPublicKey),
  };
}

/** As `openssl pkey -pubin -outform DER | sha256sum` gives it, of the public half. */
function fingerprint(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return `sha256:${createHash('sha256').update(der).digest('hex')}`;
}

function asText({ settings, accounts }: Shown): string {
  const lines = [
    'The configuration is valid.',
    '',
    ...lineOf('', settings),
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
      return [`${indent}${name.slice(0, -'Ms'.length)}: ${formatDuration(value)}`];
    return [`${indent}${name}: ${value === '' ? 'none' : String(value)}`];
  });
}
