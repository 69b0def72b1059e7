import type { Command } from 'commander';
import { Option } from 'commander';
import { describeMoney } from '../capture/money.js';
import type { Resolution, Standing } from '../capture/operator.js';
import { isRefusal, resolve } from '../capture/operator.js';
import type { FailureCategory } from '../capture/outcome.js';
import { FAILURE_CATEGORIES } from '../capture/outcome.js';
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
    .addOption(
      new Option('--category <category>', 'why it failed; other if not given').choices(FAILURE_CATEGORIES),
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
      await withRecording(loadRecordingSettings(io.env, io), async ({ pool, folding }) => {
        const operators = createOperatorStore({ pool, ...folding });
        const seen = assertFound(await operators.standing(captureId), captureId);
        const decided = { actionId, seen, resolution, reference: options.reference };
        const first = resolve(seen, decided);
        assertAllowed(isRefusal(first) ? first : null, captureId);
        await consent(seen, consequences(seen, resolution), options, io);
        const acted = await operators.act(action, (standing) => resolve(standing, decided));
        tellDone(assertDone(acted, captureId), action, options, io);
      });
    });
  addHelp(command, {
    environment: [
      ['DATABASE_URL', 'the database'],
      ['SCHEMA_REGISTRY_URL', 'the registry, for the event that tells of it'],
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

function resolutionOf({ succeeded, failed, category }: Options, command: Command): Resolution {
  if ((succeeded === true) === (failed === true))
    command.error('error: say what became of it: either --succeeded or --failed');
  if (failed === true) return { outcome: 'failed', category: category ?? null };
  if (category !== undefined)
    command.error('error: --category says why it failed: leave it out with --succeeded');
  return { outcome: 'succeeded' };
}

function consequences({ capture }: Standing, resolution: Resolution): string[] {
  const money = describeMoney(capture.money);
  const { status } = capture;
  const same = status.state === resolution.outcome;
  switch (resolution.outcome) {
    case 'succeeded':
      return [
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
