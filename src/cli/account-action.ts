import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type pg from 'pg';
import { accountNames } from '../config/account-names.js';
import { CaptureWorkerError, hasCode } from '../errors.js';
import { printable } from '../printable.js';
import type { AccountAction } from '../store/account-pauses.js';
import { hasCaptures } from '../store/account-sends.js';
import type { Io } from './io.js';
import { MOST_BY, MOST_REASON, userOf, wordsOption } from './account-options.js';

/** Options of a command that acts on an account. */
export interface AccountActionOptions {
  readonly reason?: string;
  readonly by?: string;
  readonly json?: boolean;
}

export function addAccountActionOptions(command: Command): Command {
  return command
    .argument('<account>', 'the account, by its name in the accounts file')
    .option('--reason <text>', 'why, for those who come after; must be given', wordsOption(MOST_REASON))
    .option('--by <name>', 'who does it, unless it is the user of this terminal', wordsOption(MOST_BY))
    .option('--json', 'print one JSON document');
}

/** The action as it goes on record; a usage error if there is no reason for it, or nobody can be named. */
export function accountActionOf(
  account: string,
  { reason, by }: AccountActionOptions,
  command: Command,
  io: Io,
): AccountAction {
  if (reason === undefined) command.error('error: say why with --reason');
  const who = by ?? userOf(io);
  if (who === null) command.error('error: say who does it with --by: this user has no name');
  return { account, by: who, reason, actionId: randomUUID() };
}

/**
 * Throws NOT_FOUND for an account that is neither configured here nor has captures: most likely the name is wrong, and whoever believes
 * that the right one was acted on is worse off than before.
 */
export async function assertKnown(pool: pg.Pool, account: string, io: Io): Promise<void> {
  const configured = accountNames(io.env, io);
  if ('names' in configured && configured.names.includes(account)) return;
  const found = await foundCaptures(pool, account);
  if (found === 'some') return;
  const inFile =
    'names' in configured
      ? `the accounts file has ${configured.names.map((name) => `"${printable(name)}"`).join(', ')}`
      : configured.unreadable;
  const inDatabase =
    found === 'none' ? 'no capture belongs to it' : 'there are too many captures to look for one of it';
  throw new CaptureWorkerError(
    'NOT_FOUND',
    `No account "${printable(account)}" is known: ${inFile}, and ${inDatabase}. Nothing was changed.`,
  );
}

async function foundCaptures(pool: pg.Pool, account: string): Promise<'some' | 'none' | 'too_many'> {
  try {
    return (await hasCaptures(pool, account)) ? 'some' : 'none';
  } catch (error) {
    if (hasCode(error, 'STORE_BUSY')) return 'too_many';
    throw error;
  }
}
