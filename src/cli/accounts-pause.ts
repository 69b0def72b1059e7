import type { Command } from 'commander';
import type pg from 'pg';
import { CaptureWorkerError } from '../errors.js';
import type { AccountPause } from '../ports/pauses.js';
import { printable } from '../printable.js';
import type { AccountAction } from '../store/account-pauses.js';
import { listPauses, pauseAccount } from '../store/account-pauses.js';
import type { AccountSends } from '../store/account-sends.js';
import { accountSends } from '../store/account-sends.js';
import type { PauseReader } from '../store/pause-readers.js';
import { outwaitReaders } from '../store/pause-readers.js';
import { systemClock } from '../system-clock.js';
import type { AccountActionOptions } from './account-action.js';
import { accountActionOf, addAccountActionOptions, assertKnown } from './account-action.js';
import { addHelp } from './help.js';
import type { Io } from './io.js';
import { toJson } from './json.js';
import { elapsed } from './text.js';
import { withDatabase } from './with-database.js';

/** Longer than a worker's transaction can live, by the time-outs that its sessions have. */
const PATIENCE_MS = 30_000;

export function addAccountsPause(accounts: Command, io: Io, patienceMs = PATIENCE_MS): void {
  const command = addAccountActionOptions(accounts.command('pause'))
    .summary('have nothing sent through an account')
    .description(
      'Has nothing sent through an account, by any worker, until it is resumed. Orders are still taken and their captures wait; providers ' +
        'are still asked, and their notifications taken. When this command has ended with 0 no send starts any more; those that were ' +
        'started before, which it counts, may still be made until their leases end.',
    )
    .action(async (account: string, options: AccountActionOptions) => {
      const action = accountActionOf(account, options, command, io);
      await withDatabase(io, async (pool) => {
        await assertKnown(pool, account, io);
        const done = await pause(pool, action, patienceMs);
        io.out(options.json === true ? toJson(done) : asText(done, new Date()));
        if (done.unsettled.length > 0) throw unsettled(done.unsettled, patienceMs);
      });
    });
  addHelp(command, {
    environment: [
      ['DATABASE_URL', 'the database'],
      ['CAPTURE_WORKER_ACCOUNTS_FILE', 'names the accounts; ./accounts.yaml unless set'],
    ],
    exits: [3, 4, 5, 6, 10],
    examples: [
      ['capture-worker accounts pause shop --reason "wrong prices, OPS-12"', 'stop sending'],
      ["capture-worker accounts pause shop --reason drill --json | jq '.underWay'", 'sends on their way'],
    ],
  });
}

interface Paused extends AccountSends {
  readonly pause: AccountPause;
  /** It was paused before, and that pause stands. */
  readonly already: boolean;
  readonly unsettled: readonly PauseReader[];
}

async function pause(pool: pg.Pool, action: AccountAction, patienceMs: number): Promise<Paused> {
  const made = await pauseAccount(pool, action);
  const stands = made ?? (await listPauses(pool)).find(({ account }) => account === action.account);
  if (stands === undefined)
    throw new CaptureWorkerError(
      'STORE_BUSY',
      `Account "${printable(action.account)}" was resumed by somebody else at the same moment: it isn't paused. Ask them, then try again.`,
    );
  const unsettledNow = await outwaitReaders(pool, { clock: systemClock, withinMs: patienceMs });
  const sends = await accountSends(pool, action.account);
  return { pause: stands, already: made === null, ...sends, unsettled: unsettledNow };
}

function asText({ pause: stands, already, waiting, underWay, underWayUntil }: Paused, now: Date): string {
  const [account, by, reason] = [stands.account, stands.pausedBy, stands.reason].map(printable);
  const since = `since ${stands.pausedAt.toISOString()} by ${by ?? ''}: ${reason ?? ''}`;
  const lines = [
    already
      ? `Account ${account ?? ''} was paused already, and that pause stands, ${since}`
      : `Account ${account ?? ''} is paused ${since}`,
    underWayUntil === null
      ? 'No send that was started before is under way.'
      : `Sends that were started before and are under way: ${String(underWay)}, the last until ${underWayUntil.toISOString()} ` +
        `(in ${elapsed(Math.max(0, underWayUntil.getTime() - now.getTime()))}).`,
    `Captures that wait to be sent: ${String(waiting)}.`,
  ];
  return `${lines.join('\n')}\n`;
}

function unsettled(left: readonly PauseReader[], patienceMs: number): CaptureWorkerError {
  const named = left.map(({ pid, application, since }) =>
    [
      pid === null ? 'a prepared transaction' : `process ${String(pid)}`,
      application === null || application === '' ? '' : ` of ${printable(application)}`,
      since === null ? '' : `, open since ${since.toISOString()}`,
    ].join(''),
  );
  return new CaptureWorkerError(
    'NOT_IN_TIME',
    `The account is paused, but transactions that began before are still open after ${String(patienceMs / 1_000)} s, and can start sends ` +
      `through it yet: ${named.join('; ')}. Run this command again, or end them at the database with pg_terminate_backend.`,
  );
}
