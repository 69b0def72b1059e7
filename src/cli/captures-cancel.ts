import type { Command } from 'commander';
import { cancel, isRefusal } from '../capture/operator.js';
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
import { withRecording } from './with-recording.js';

export function addCapturesCancel(captures: Command, io: Io): void {
  const command = addDecisionOptions(captures.command('cancel'))
    .summary('give a capture up before it is sent')
    .description(
      'Gives a planned capture up for good, before anything of it was sent. Its claim stays: the same order again is a duplicate, and is ' +
        'never sent. Subscribers are told capture.failed, category cancelled_by_operator.',
    )
    .action(async (captureId: string, options: CaptureActionOptions) => {
      assertCanAsk(options, command, io);
      const action = captureActionOf(captureId, options, command, io);
      const { actionId } = action;
      await withRecording(loadRecordingSettings(io.env, io), async ({ pool, folding }) => {
        const operators = createOperatorStore({ pool, ...folding });
        const seen = assertFound(await operators.standing(captureId), captureId);
        const first = cancel(seen, { actionId, seen });
        assertAllowed(isRefusal(first) ? first : null, captureId);
        await consent(
          seen,
          ['Gives it up for good: it is never sent, whatever order names the payment again.'],
          options,
          io,
        );
        const acted = await operators.act(action, (standing) => cancel(standing, { actionId, seen }));
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
      ['capture-worker captures cancel <id> --reason "ordered by mistake, OPS-12"', 'asks before it acts'],
      ['capture-worker captures cancel <id> --reason "OPS-12" --by robot --yes --json', 'from a script'],
    ],
  });
}
