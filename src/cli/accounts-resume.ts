import type { Command } from 'commander';
import type pg from 'pg';
import { hasCode } from '../errors.js';
import type { AccountPause } from '../ports/pauses.js';
import { printable } from '../printable.js';
import type { AccountAction } from '../store/account-pauses.js';
import { resumeAccount } from '../store/account-pauses.js';
import { spreadSends } from '../store/account-sends.js';
import type { AccountActionOptions } from './account-action.js';
import { accountActionOf, addAccountActionOptions, assertKnown } from './account-action.js';
import { addHelp } from './help.js';
import type { Io } from './io.js';
import { toJson } from './json.js';
import { elapsed } from './text.js';
import { withDatabase } from './with-database.js';

export function addAccountsResume(accounts: Command, io: Io): void {
  const command = addAccountActionOptions(accounts.command('resume'))
    .summary('have captures sent through an account again')
    .description(
      'Ends the pause of an account. What waited to be sent is due at once, the oldest first, thousands of them spread over some seconds.',
    )
    .action(async (account: string, options: AccountActionOptions) => {
      const action = accountActionOf(account, options, command, io);
      await withDatabase(io, async (pool) => {
        const done = await resume(pool, action);
        if (done.ended === null) await assertKnown(pool, account, io);
        io.out(options.json === true ? toJson(done) : asText(account, done, new Date()));
      });
    });
  addHelp(command, {
    environment: [
      ['DATABASE_URL', 'the database'],
      ['CAPTURE_WORKER_ACCOUNTS_FILE', 'names the accounts; ./accounts.yaml unless set'],
    ],
    exits: [3, 4, 5, 6],
    examples: [['capture-worker accounts resume shop --reason "prices mended, OPS-12"', 'send again']],
  });
}

interface Resumed {
  /** The pause that was ended; null if there was none. */
  readonly ended: AccountPause | null;
  /** How many captures were made due; null if they couldn't be, and fall due by themselves. */
  readonly due: number | null;
}

/** The pause ends in a transaction of its own: it must end also where making thousands of captures due takes too long. */
async function resume(pool: pg.Pool, action: AccountAction): Promise<Resumed> {
  const ended = await resumeAccount(pool, action);
  if (ended === null) return { ended, due: 0 };
  try {
    return { ended, due: await spreadSends(pool, action.account) };
  } catch (error) {
    if (hasCode(error, 'STORE_BUSY')) return { ended, due: null };
    throw error;
  }
}

function asText(account: string, { ended, due }: Resumed, now: Date): string {
  const name = printable(account);
  if (ended === null) return `Account ${name} isn't paused; nothing was changed.\n`;
  const waited = elapsed(now.getTime() - ended.pausedAt.getTime());
  const [by, reason] = [ended.pausedBy, ended.reason].map(printable);
  return [
    `Account ${name} is resumed after ${waited}; it was paused by ${by ?? ''}: ${reason ?? ''}`,
    due === null
      ? 'What waits to be sent could not be made due at once; it falls due by itself within a minute.'
      : `Captures that waited to be sent, and are due within seconds: ${String(due)}.`,
    '',
  ].join('\n');
}
