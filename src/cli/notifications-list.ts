import type { Command } from 'commander';
import { describeMoney } from '../capture/money.js';
import type { ParkedNotification } from '../store/list-parked.js';
import { listParked } from '../store/list-parked.js';
import { notificationBacklog } from '../store/notification-backlog.js';
import { printable } from '../printable.js';
import { addHelp } from './help.js';
import type { Io } from './io.js';
import { toJson } from './json.js';
import { wholeNumberOption } from './options.js';
import { table } from './table.js';
import { elapsed } from './text.js';
import { withDatabase } from './with-database.js';

interface Options {
  readonly parked?: boolean;
  readonly limit: number;
  readonly json?: boolean;
}

export function addNotificationsList(notifications: Command, io: Io): void {
  const command = notifications
    .command('list')
    .summary('list notifications that wait for their capture')
    .description(
      'Lists notifications of providers that could decide a capture which does not exist, the oldest first. A worker joins each with ' +
        'its capture when that exists. One that waits for hours tells of a payment that somebody else captured, or of an order that never came.',
    )
    .option('--parked', 'those that wait for their capture; there is no other list')
    .option('--limit <count>', 'at most so many', wholeNumberOption(1, 10_000), 20)
    .option('--json', 'print one JSON document')
    .action(async ({ parked: isAsked, limit, json }: Options) => {
      if (isAsked !== true) command.error('error: say which notifications: --parked');
      await withDatabase(io, async (pool) => {
        const found = await listParked(pool, limit);
        const { parked } = await notificationBacklog(pool);
        io.out(
          json === true ? toJson({ total: parked, notifications: found }) : asText(found, parked, new Date()),
        );
      });
    });
  addHelp(command, {
    environment: [['DATABASE_URL', 'the database']],
    exits: [3, 4, 5],
    examples: [
      ['capture-worker notifications list --parked', 'what waits, the oldest first'],
      ["capture-worker notifications list --parked --json | jq '.total'", 'how many wait'],
    ],
  });
}

const TITLES = ['waits', 'provider', 'account', 'reference', 'says', 'amount', 'code', 'notification'];

function asText(found: readonly ParkedNotification[], total: number, now: Date): string {
  const shown = `${String(found.length)} shown of ${String(total)}\n`;
  if (found.length === 0) return shown;
  return `${table(
    TITLES,
    found.map((one) => row(one, now)),
    ['waits', 'amount'],
  )}\n${shown}`;
}

function row(notification: ParkedNotification, now: Date): readonly string[] {
  const { parkedAt, provider, account, captureReference, says, amount, currency } = notification;
  const money = amount === null || currency === null ? '' : describeMoney({ amount, currency });
  return [
    elapsed(now.getTime() - parkedAt.getTime()),
    ...[provider, account, captureReference, says, money].map(printable),
    printable(notification.providerCode ?? ''),
    notification.notificationId.slice(0, 12),
  ];
}
