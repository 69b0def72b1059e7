import type { Command } from 'commander';
import type pg from 'pg';
import { accountNames } from '../config/account-names.js';
import type { AccountPause } from '../ports/pauses.js';
import { printable } from '../printable.js';
import { listPauses } from '../store/account-pauses.js';
import type { AccountSends } from '../store/account-sends.js';
import { accountSends } from '../store/account-sends.js';
import { addHelp } from './help.js';
import type { Io } from './io.js';
import { toJson } from './json.js';
import { table } from './table.js';
import { elapsed } from './text.js';
import { withDatabase } from './with-database.js';

interface Options {
  readonly paused?: boolean;
  readonly json?: boolean;
}

export function addAccountsList(accounts: Command, io: Io): void {
  const command = accounts
    .command('list')
    .summary('list accounts, and which are paused')
    .description(
      'Lists the accounts of the accounts file and those that are paused: how many captures wait to be sent through each, how many sends ' +
        'are under way, and since when, by whom and why it is paused.',
    )
    .option('--paused', 'only those that are paused')
    .option('--json', 'print one JSON document')
    .action(async ({ paused, json }: Options) => {
      await withDatabase(io, async (pool) => {
        const pauses = await listPauses(pool);
        const configured = paused === true ? [] : configuredNames(io);
        const found = await withSends(pool, pauses, configured);
        io.out(json === true ? toJson({ accounts: found }) : asText(found, new Date()));
      });
    });
  addHelp(command, {
    environment: [
      ['DATABASE_URL', 'the database'],
      ['CAPTURE_WORKER_ACCOUNTS_FILE', 'names the accounts; ./accounts.yaml unless set'],
    ],
    exits: [3, 4, 5],
    examples: [
      ['capture-worker accounts list', 'all accounts'],
      ["capture-worker accounts list --paused --json | jq -r '.accounts[].account'", 'what is paused'],
    ],
  });
}

interface Listed extends AccountSends {
  readonly account: string;
  readonly pause: AccountPause | null;
}

/** Those of the accounts file; if that can't be read it is told, and the list goes without them. */
function configuredNames(io: Io): readonly string[] {
  const configured = accountNames(io.env, io);
  if ('names' in configured) return configured.names;
  io.err(`Only paused accounts are listed, since ${configured.unreadable}.\n`);
  return [];
}

async function withSends(
  pool: pg.Pool,
  pauses: readonly AccountPause[],
  configured: readonly string[],
): Promise<readonly Listed[]> {
  const paused = new Map(pauses.map((pause) => [pause.account, pause]));
  const listed: Listed[] = [];
  for (const account of [...new Set([...configured, ...paused.keys()])].toSorted())
    listed.push({
      account,
      pause: paused.get(account) ?? null,
      ...(await accountSends(pool, account)),
    });
  return listed;
}

const TITLES = ['account', 'waiting', 'under way', 'paused for', 'since', 'by', 'reason'];

function asText(found: readonly Listed[], now: Date): string {
  const pausedNow = found.filter(({ pause }) => pause !== null).length;
  const shown = `${String(pausedNow)} paused of ${String(found.length)}\n`;
  if (found.length === 0) return shown;
  const rows = found.map((one) => row(one, now));
  return `${table(TITLES, rows, ['waiting', 'under way', 'paused for'])}\n${shown}`;
}

function row({ account, waiting, underWay, pause }: Listed, now: Date): readonly string[] {
  const sends = [printable(account), String(waiting), String(underWay)];
  if (pause === null) return sends;
  const { pausedAt, pausedBy, reason } = pause;
  const age = Math.max(0, now.getTime() - pausedAt.getTime());
  return [...sends, elapsed(age), pausedAt.toISOString(), printable(pausedBy), printable(reason)];
}
