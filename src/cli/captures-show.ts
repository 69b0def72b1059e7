import type { Command } from 'commander';
import type pg from 'pg';
import type { Capture } from '../capture/capture.js';
import { CaptureWorkerError } from '../errors.js';
import { findCaptures } from '../store/find-captures.js';
import type { Story } from '../store/stories.js';
import { storyOf } from '../store/stories.js';
import { printable } from '../printable.js';
import { addHelp } from './help.js';
import type { Io } from './io.js';
import { toJson } from './json.js';
import { describeStory, LIST_TITLES, listRow } from './story.js';
import { table } from './table.js';
import { withDatabase } from './with-database.js';

interface Options {
  readonly json?: boolean;
  readonly raw?: boolean;
}

/** Above this many captures their stories would bury each other: they are listed instead. */
const MOST_STORIES = 10;

export function addCapturesShow(captures: Command, io: Io): void {
  const command = captures
    .command('show')
    .summary("tell a capture's whole story")
    .description(
      "Tells a capture's whole story: its claim, attempts, evidence and events, in order. Times are UTC.",
    )
    .argument(
      '<id>',
      "any id: of the capture, order, payment, request (also an earlier one), attempt, event or operator's action, the provider's id of " +
        "the capture, or what the provider captures by (PayerMax's outTradeNo)",
    )
    .option('--raw', 'also show the bodies as sent and received (they can hold personal data)')
    .option('--json', 'print one JSON document with all there is')
    .action(async (id: string, options: Options) => {
      await withDatabase(io, async (pool) => {
        const found = await findCaptures(pool, id);
        if (found.length === 0) throw notFound(id);
        if (found.length > MOST_STORIES && options.json !== true) io.out(tooMany(found));
        else await showStories(pool, found, io, options);
      });
    });
  addHelp(command, {
    environment: [['DATABASE_URL', 'the database']],
    exits: [3, 4, 5, 6],
    examples: [
      ['capture-worker captures show order-2041', 'by the order'],
      ["capture-worker captures show pay-77 --json | jq '.captures[0].events'", 'the events alone'],
    ],
  });
}

async function showStories(
  pool: pg.Pool,
  found: readonly Capture[],
  io: Io,
  { json, raw }: Options,
): Promise<void> {
  const stories: Story[] = [];
  for (const { captureId } of found) {
    const story = await storyOf(pool, captureId);
    if (story !== null) stories.push(story);
  }
  const now = new Date();
  io.out(
    json
      ? toJson({ captures: stories })
      : stories.map((story) => describeStory(story, { now, raw: raw === true })).join('\n'),
  );
}

function notFound(id: string): CaptureWorkerError {
  return new CaptureWorkerError(
    'NOT_FOUND',
    `No capture is known by "${printable(id)}": searched as the id of a capture, order, payment, request, attempt, ` +
      "event and operator's action, as the provider's id of a capture, and as what a provider captures by. An order that became a dead letter has none.",
  );
}

function tooMany(found: readonly Capture[]): string {
  return `${table(LIST_TITLES, found.map(listRow))}\nMany captures share this id; name one of them by its own.\n`;
}
