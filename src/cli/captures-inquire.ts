import type { Command } from 'commander';
import type pg from 'pg';
import type { Standing } from '../capture/operator.js';
import { refusalToInquire, standingWords } from '../capture/operator.js';
import type { Evidence } from '../capture/evidence.js';
import { CaptureWorkerError } from '../errors.js';
import type { Clock } from '../ports/clock.js';
import { printable } from '../printable.js';
import { askNow } from '../store/operator-ask.js';
import { standingOf } from '../store/operator-standing.js';
import { systemClock } from '../system-clock.js';
import type { CaptureActionOptions } from './capture-action.js';
import { addCaptureActionOptions, assertDone, assertFound, captureActionOf } from './capture-action.js';
import { addHelp } from './help.js';
import type { Io } from './io.js';
import { toJson } from './json.js';
import { MOST_REASON, wordsOption } from './account-options.js';
import { evidenceWords } from './story.js';
import { withDatabase } from './with-database.js';

interface Options extends CaptureActionOptions {
  readonly wait: boolean;
}

/** A worker looks at the schedule each half second, and a call to a provider takes 25 seconds at most unless configured otherwise. */
export const PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 250;
const TELL_EVERY_MS = 5_000;

export function addCapturesInquire(
  captures: Command,
  io: Io,
  { patienceMs = PATIENCE_MS, clock = systemClock }: { patienceMs?: number; clock?: Clock } = {},
): void {
  const command = addCaptureActionOptions(captures.command('inquire'))
    .summary('have the provider asked about a capture now')
    .description(
      'Has a running worker ask the provider about a capture now, also about one that waits for a person or has its outcome, and tells what ' +
        'it said and where the capture stands. What the provider says is evidence as from any inquiry.',
    )
    .option('--reason <text>', 'why, for those who come after', wordsOption(MOST_REASON))
    .option('--no-wait', 'end at once, without what the provider says')
    .action(async (captureId: string, options: Options) => {
      const action = captureActionOf(captureId, options, command, io);
      await withDatabase(io, async (pool) => {
        const asked: { at: Standing | null } = { at: null };
        const acted = await askNow(pool, action, (standing) => {
          asked.at = standing;
          return refusalToInquire(standing);
        });
        assertDone(acted, captureId);
        const before = assertFound(asked.at, captureId);
        if (!options.wait) {
          io.out(options.json === true ? toJson({ asked: true, said: [] }) : 'the inquiry is due now\n');
          return;
        }
        const said = await answerTo(before, pool, io, { patienceMs, clock });
        io.out(options.json === true ? asJson(said) : asText(said));
      });
    });
  addHelp(command, {
    environment: [['DATABASE_URL', 'the database']],
    exits: [3, 4, 5, 6, 10, 11],
    examples: [
      ['capture-worker captures inquire <id>', 'waits up to 30 seconds for what the provider says'],
      ['capture-worker captures inquire <id> --no-wait --reason OPS-12', 'and goes on'],
    ],
  });
}

interface Said {
  readonly standing: Standing;
  /** What came since the inquiry was made due. */
  readonly fresh: readonly Evidence[];
}

/** Waits for the answer: that of an inquiry, or of a send if the capture was sent again instead. Throws NOT_IN_TIME if none comes. */
async function answerTo(
  before: Standing,
  pool: pg.Pool,
  io: Io,
  { patienceMs, clock }: { readonly patienceMs: number; readonly clock: Clock },
): Promise<Said> {
  const { captureId } = before.capture;
  const known = new Set(before.evidence.map(({ evidenceId }) => evidenceId));
  const begun = clock.monotonic();
  let toldAt = begun;
  io.err('waiting for a worker to ask\n');
  for (;;) {
    const standing = assertFound(await standingOf(pool, captureId), captureId);
    const fresh = standing.evidence.filter(({ evidenceId }) => !known.has(evidenceId));
    if (fresh.some(({ kind }) => kind === 'inquiry' || kind === 'capture_response'))
      return { standing, fresh };
    const waited = clock.monotonic() - begun;
    if (waited >= patienceMs) throw notInTime(standing, waited);
    if (clock.monotonic() - toldAt >= TELL_EVERY_MS) {
      toldAt = clock.monotonic();
      io.err(`no answer yet, after ${String(Math.round(waited / 1_000))} s\n`);
    }
    await clock.sleep(LOOK_EVERY_MS);
  }
}

function notInTime({ capture }: Standing, waitedMs: number): CaptureWorkerError {
  return new CaptureWorkerError(
    'NOT_IN_TIME',
    `Capture ${capture.captureId} is ${standingWords(capture)}, and no answer came in ${String(Math.round(waitedMs / 1_000))} s. ` +
      'The inquiry stays due: see whether a worker runs, whether it has the account and whether the account is held, then look with `captures show`.',
  );
}

function asText({ standing: { capture }, fresh }: Said): string {
  const lines = fresh.map((piece) => `${printable(evidenceWords(piece))}\n`);
  return `${lines.join('')}capture ${capture.captureId}: ${standingWords(capture)}\n`;
}

function asJson({ standing: { capture }, fresh }: Said): string {
  return toJson({ asked: true, said: fresh, capture: { ...capture, body: undefined } });
}
