import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { identityOf, openAccounts } from '../accounts.js';
import type { Capture } from '../capture/capture.js';
import { describeMoney, MAX_MINOR_UNITS } from '../capture/money.js';
import type { Standing } from '../capture/operator.js';
import { refuse, standingWords } from '../capture/operator.js';
import { isRejection } from '../capture/rejection.js';
import type { Amended } from '../capture/retry.js';
import { needsNewAuthorisation } from '../capture/outcome.js';
import { refusalByOthers, refusalOfAmount, refusalToRetry } from '../capture/retry.js';
import { loadAskingSettings } from '../config/config.js';
import { CaptureWorkerError } from '../errors.js';
import type { Change } from '../ports/operator.js';
import { printable } from '../printable.js';
import { bodyForAmount } from '../providers/rebuild.js';
import { checkMerchants } from '../store/merchants.js';
import { listPauses } from '../store/account-pauses.js';
import { othersOfOrder } from '../store/captures-of-order.js';
import { createOperatorStore } from '../store/operator-act.js';
import { systemClock } from '../system-clock.js';
import { retryFailed } from '../worker/retry-failed.js';
import type { SendingAccount } from '../worker/send.js';
import type { CaptureActionOptions } from './capture-action.js';
import {
  addDecisionOptions,
  assertAllowed,
  assertCanAsk,
  assertDone,
  assertFound,
  captureActionOf,
  consent,
  tellDone,
} from './capture-action.js';
import { commandLog } from './command-log.js';
import { addHelp } from './help.js';
import type { Io } from './io.js';
import { withRecording } from './with-recording.js';

interface Options extends CaptureActionOptions {
  readonly amount?: bigint;
  readonly unverifiable?: boolean;
  readonly despiteOtherCaptures?: boolean;
}

export function addCapturesRetry(captures: Command, io: Io): void {
  const command = addDecisionOptions(captures.command('retry'))
    .summary('have a failed capture sent anew')
    .description(
      'Has a failed capture sent anew, under another request id. The provider is asked first: only if it shows the payment authorised and ' +
        'uncaptured is it sent, by a running worker. What it says is recorded; a capture that was made after all becomes succeeded.',
    )
    .option('--amount <minor units>', 'ask for another amount, at most what was authorised', minorUnits)
    .option(
      '--unverifiable',
      'for PayerMax, which cannot be asked: you have made sure that nothing was captured',
    )
    .option(
      '--despite-other-captures',
      'although its order is or may be paid by another capture: the customer owes this one too',
    )
    .action(async (captureId: string, options: Options) => {
      assertCanAsk(options, command, io);
      const action = captureActionOf(captureId, options, command, io);
      const settings = loadAskingSettings(io.env, io);
      const accounts = openAccounts(settings, { clock: systemClock, random: Math.random });
      try {
        await withRecording(settings, async ({ pool, folding }) => {
          const operators = createOperatorStore({ pool, ...folding });
          const { policy } = settings;
          const unverifiable = options.unverifiable === true;
          const seen = assertFound(await operators.standing(captureId), captureId);
          assertAllowed(refusalToRetry(seen, policy, { unverifiable }), captureId);
          const others = await othersOfOrder(pool, seen.capture);
          if (options.despiteOtherCaptures !== true) assertAllowed(refusalByOthers(others), captureId);
          const paused = (await listPauses(pool)).some(({ account }) => account === seen.capture.account);
          const account = accountOf(seen.capture, accounts);
          const amended = amendedBy(options.amount, seen.capture, account);
          await checkMerchants(
            pool,
            settings.accounts.filter(({ name }) => name === account.name).map(identityOf),
          );
          await consent(seen, consequences(seen, { amended, unverifiable, others, paused }), options, io);
          const retried = await retryFailed(
            { action, seen, amended, account: unverifiable ? null : account },
            {
              operators,
              policy,
              clock: systemClock,
              log: commandLog(settings),
            },
          );
          if (retried !== null && 'settled' in retried) {
            tellDone(retried.settled, action, options, io);
            throw settledOtherwise(retried.settled);
          }
          tellDone(assertDone(retried, captureId), action, options, io);
        });
      } finally {
        await Promise.allSettled([...accounts.values()].map(({ client }) => client.close()));
      }
    });
  addHelp(command, {
    environment: [
      ['DATABASE_URL', 'the database'],
      ['SCHEMA_REGISTRY_URL', 'the registry, for the events that tell of it'],
      ['CAPTURE_WORKER_QUIET_PERIOD', 'as the workers have it, like all of their settings'],
      ['CAPTURE_WORKER_ACCOUNTS_FILE', 'the accounts; ./accounts.yaml unless set'],
    ],
    exits: [3, 4, 5, 6, 11, 12],
    examples: [
      ['capture-worker captures retry <id> --reason "limit raised, OPS-12"', 'asks before it acts'],
      ['capture-worker captures retry <id> --amount 120000 --reason "the rest was refused"', 'for less'],
    ],
  });
}

function minorUnits(text: string): bigint {
  const amount = /^\d{1,19}$/.test(text) ? BigInt(text) : 0n;
  if (amount >= 1n && amount <= MAX_MINOR_UNITS) return amount;
  throw new InvalidArgumentError('It must be a whole number of minor units (fils, cents) of 1 or more.');
}

/** The account that the capture is made through. Throws CONFIG_INVALID if it isn't configured here. */
function accountOf(
  { account: name, merchantId, provider }: Capture,
  accounts: ReadonlyMap<string, SendingAccount>,
): SendingAccount {
  const account = accounts.get(name);
  if (account?.merchantId === merchantId && account.rules.provider === provider) return account;
  throw new CaptureWorkerError(
    'CONFIG_INVALID',
    `the accounts file has no account ${JSON.stringify(name)} of ${provider} merchant ${merchantId}, which the capture belongs to: run this with the accounts file of the workers`,
  );
}

/** What to send for another amount; null for the same. Throws ACTION_REFUSED if that amount can't be asked for. */
function amendedBy(
  amount: bigint | undefined,
  capture: Capture,
  { rules }: Pick<SendingAccount, 'rules'>,
): Amended | null {
  if (amount === undefined || amount === capture.money.amount) return null;
  const money = { ...capture.money, amount };
  const body = bodyForAmount(capture, money, rules);
  if (isRejection(body)) {
    assertAllowed(refuse(`--amount: ${body.problem}. To mend it, ${body.remedy}`), capture.captureId);
    return null;
  }
  const amended = { money, body };
  assertAllowed(refusalOfAmount(capture, amended), capture.captureId);
  return amended;
}

interface Circumstances {
  readonly amended: Amended | null;
  readonly unverifiable: boolean;
  /** The other captures of its order. */
  readonly others: readonly Capture[];
  /** Whether its account is. */
  readonly paused: boolean;
}

function consequences({ capture, evidence }: Standing, circumstances: Circumstances): string[] {
  const { amended, unverifiable, others, paused } = circumstances;
  const { money, orderedAmount, status, account, provider } = capture;
  const asked = (amended ?? capture).money;
  const first = unverifiable
    ? [
        'RISK: PayerMax tells nothing of captures when it is asked. Its documents say that a payment is captured once, and not what it does with',
        'a second request under another id. If the first one moved money after all, this one may move it again. Go on only if its',
        'dashboard shows that nothing was captured.',
      ]
    : [`Asks ${provider} first. Only if it shows the payment authorised and uncaptured, it is sent again:`];
  return [
    ...(status.state === 'failed' && needsNewAuthorisation(status.category)
      ? [
          `RISK: customers were told of ${status.category}, and to authorise anew. Whoever has done that pays twice if this one is captured too.`,
        ]
      : []),
    ...(evidence.some(({ finding }) => finding.is === 'in_process' || finding.is === 'busy')
      ? [
          'RISK: the provider once said that the first request, or another, was in process. It may be executed yet.',
        ]
      : []),
    ...others.map(
      (other) =>
        `Also of this order: capture ${other.captureId}, ${standingWords(other)}, ${describeMoney(other.money)}, payment ${printable(other.paymentId)}.`,
    ),
    ...(asked.amount > orderedAmount
      ? [
          `RISK: ${describeMoney(asked)} are more than the ${describeMoney({ ...money, amount: orderedAmount })} that were ordered.`,
        ]
      : []),
    ...first,
    `Captures ${describeMoney(asked)}${amended === null ? '' : ` in place of ${describeMoney(money)}`}, under another request id. ` +
      'Subscribers are told that it is open again.',
    ...(paused ? [`Account ${printable(account)} is paused: it is sent once that is resumed.`] : []),
  ];
}

function settledOtherwise({ after }: Change): CaptureWorkerError {
  return new CaptureWorkerError(
    'SETTLED_OTHERWISE',
    `Capture ${after.captureId}: the provider was asked, and by what it says the capture is ${standingWords(after)}. ` +
      'That is recorded, and nothing is sent.',
  );
}
