import type { Command } from 'commander';
import type { OperatorAction } from '../ports/operator.js';
import { printable } from '../printable.js';
import { actionsOnAccount } from '../store/operator-actions.js';
import { assertKnown } from './account-action.js';
import { addHelp } from './help.js';
import type { Io } from './io.js';
import { toJson } from './json.js';
import { wholeNumberOption } from './options.js';
import { table } from './table.js';
import { withDatabase } from './with-database.js';

interface Options {
  readonly limit: number;
  readonly json?: boolean;
}

export function addAccountsHistory(accounts: Command, io: Io): void {
  const command = accounts
    .command('history')
    .summary('tell who paused and resumed an account, and why')
    .description('Tells who paused and resumed an account, when and why, the newest first. Times are UTC.')
    .argument('<account>', 'the account, by its name in the accounts file')
    .option('--limit <count>', 'at most so many', wholeNumberOption(1, 10_000), 20)
    .option('--json', 'print one JSON document')
    .action(async (account: string, { limit, json }: Options) => {
      await withDatabase(io, async (pool) => {
        const actions = await actionsOnAccount(pool, account, limit);
        if (actions.length === 0) await assertKnown(pool, account, io);
        io.out(json === true ? toJson({ account, actions }) : asText(account, actions));
      });
    });
  addHelp(command, {
    environment: [
      ['DATABASE_URL', 'the database'],
      ['CAPTURE_WORKER_ACCOUNTS_FILE', 'names the accounts; ./accounts.yaml unless set'],
    ],
    exits: [3, 4, 5, 6],
    examples: [['capture-worker accounts history shop', 'who paused it, and who resumed it']],
  });
}

function asText(account: string, actions: readonly OperatorAction[]): string {
  if (actions.length === 0) return `Account ${printable(account)} was never paused.\n`;
  return table(
    ['at', 'action', 'by', 'reason'],
    actions.map(({ at, action, who, reason }) => [
      at.toISOString(),
      ...[action, who, reason ?? ''].map(printable),
    ]),
  );
}
