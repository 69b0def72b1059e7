import type { Command } from 'commander';
import { Option } from 'commander';
import { describeMoney } from '../capture/money.js';
import type { Act, Refusal, Standing } from '../capture/operator.js';
import { isRefusal } from '../capture/operator.js';
import type { FailureCategory } from '../capture/outcome.js';
import { FAILURE_CATEGORIES } from '../capture/outcome.js';
import type { Resolution } from '../capture/resolve.js';
import { acknowledge, otherAmounts, resolve } from '../capture/resolve.js';
import { loadRecordingSettings } from '../config/config.js';
import { createOperatorStore } from '../store/operator-act.js';
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
import { addHelp } from './help.js';
import type { Io } from './io.js';
import { MOST_REASON, wordsOption } from './account-options.js';
import { withRecording } from './with-recording.js';

interface Options extends CaptureActionOptions {
  readonly succeeded?: boolean;
  readonly failed?: boolean;
  readonly acknowledge?: boolean;
  readonly ourAmountMoved?: boolean;
  readonly category?: FailureCategory;
  readonly reference: string;
}

export function addCapturesResolve(captures: Command, io: Io): void {
  const command = addDecisionOptions(captures.command('resolve'))
    .summary('say what became of a capture, with proof')
    .description(
      'Says what became of a capture, for a person who has proof of it. An operator is believed before all other evidence: the outcome is ' +
        'published, as a correction if another one was, and the capture is never sent again by itself.',
    )
    .option('--succeeded', 'the money moved, and it was the amount of the capture')
    .option('--failed', 'no money moved, and none will')
    .option(
      '--acknowledge',
      'for a cancelled capture: you have seen what contradicts that, and dealt with it elsewhere',
    )
    .option(
      '--our-amount-moved',
      'with --succeeded: it was the amount of the capture, although the provider has named another',
    )
    .addOption(
      new Option(
        '--category <category>',
        'why it failed; unless given, what was published, or else other',
      ).choices(FAILURE_CATEGORIES),
    )
    .requiredOption(
      '--reference <text>',
      "where the proof is, such as a provider's statement or a ticket; published with the outcome",
      wordsOption(MOST_REASON),
    )
    .action(async (captureId: string, options: Options) => {
      const resolution = resolutionOf(options, command);
      assertCanAsk(options, command, io);
      const action = captureActionOf(captureId, options, command, io);
      const { actionId } = action;
      const settings = loadRecordingSettings(io.env, io);
      await withRecording(settings, async ({ pool, folding }) => {
        const operators = createOperatorStore({ pool, ...folding });
        const seen = assertFound(await operators.standing(captureId), captureId);
        const decided = { actionId, seen, reference: options.reference };
        const decide = (standing: Standing): Act | Refusal =>
          resolution === 'acknowledged'
            ? acknowledge(standing, decided)
            : resolve(standing, { ...decided, resolution }, settings.policy);
        const first = decide(seen);
        assertAllowed(isRefusal(first) ? first : null, captureId);
        await consent(seen, consequences(seen, resolution), options, io);
        const acted = await operators.act(action, decide);
        tellDone(assertDone(acted, captureId), action, options, io);
      });
    });
  addHelp(command, {
    environment: [
      ['DATABASE_URL', 'the database'],
      ['SCHEMA_REGISTRY_URL', 'the registry, for the event that tells of it'],
      ['CAPTURE_WORKER_QUIET_PERIOD', 'as the workers have it, like all of their settings'],
    ],
    exits: [3, 4, 5, 6, 11],
    examples: [
      [
        'capture-worker captures resolve <id> --succeeded --reason "on the statement" --reference ST-2026-03-02/17',
        'asks before it acts',
      ],
      [
        'capture-worker captures resolve <id> --failed --category expired --reason "never captured" --reference OPS-77 --yes',
        'from a script',
      ],
    ],
  });
}

function resolutionOf(
  { succeeded, failed, acknowledge: acknowledged, category, ourAmountMoved }: Options,
  command: Command,
): Resolution | 'acknowledged' {
  if ([succeeded, failed, acknowledged].filter((given) => given === true).length !== 1)
    command.error('error: say what became of it: either --succeeded or --failed, or --acknowledge');
  if (category !== undefined && failed !== true)
    command.error(
      `error: --category says why it failed: leave it out with --${succeeded === true ? 'succeeded' : 'acknowledge'}`,
    );
  if (ourAmountMoved === true && succeeded !== true)
    command.error('error: --our-amount-moved is for --succeeded: leave it out');
  if (acknowledged === true) return 'acknowledged';
  if (failed === true) return { outcome: 'failed', category: category ?? null };
  return { outcome: 'succeeded', ourAmountMoved: ourAmountMoved === true };
}

function consequences(standing: Standing, resolution: Resolution | 'acknowledged'): string[] {
  const { capture } = standing;
  if (resolution === 'acknowledged')
    return ['Ends the review, until anything else contradicts that it was cancelled. Nothing is published.'];
  const money = describeMoney(capture.money);
  const { status } = capture;
  const same = status.state === resolution.outcome;
  switch (resolution.outcome) {
    case 'succeeded':
      return [
        ...(otherAmounts(standing).length === 0
          ? []
          : [`RISK: the provider has named another amount. What is published is ${money}.`]),
        same ? 'Confirms that' : 'Publishes that',
        `${money} were captured. Ledgers ${same ? 'have booked' : 'book'} just this amount, and customers read of it.`,
      ];
    case 'failed':
      return [
        same ? 'Confirms that' : 'Publishes that',
        `nothing was captured (${resolution.category ?? (status.state === 'failed' ? status.category : 'other')}).` +
          (status.state === 'succeeded' ? ` Ledgers reverse ${money}.` : ''),
      ];
  }
}
