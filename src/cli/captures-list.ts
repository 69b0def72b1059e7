import type { Command } from 'commander';
import { Option } from 'commander';
import type pg from 'pg';
import type { Capture, CaptureState, ProviderName } from '../capture/capture.js';
import { PROVIDERS } from '../capture/capture.js';
import { TRANSITIONS } from '../capture/state-machine.js';
import { CaptureWorkerError, hasCode } from '../errors.js';
import { findCaptures } from '../store/find-captures.js';
import type { ListFilter } from '../store/list-captures.js';
import { countCaptures, listCaptures } from '../store/list-captures.js';
import { addHelp } from './help.js';
import type { Io } from './io.js';
import { toJson } from './json.js';
import { wholeNumberOption } from './options.js';
import { LIST_TITLES, listRow } from './story.js';
import { table } from './table.js';
import { withDatabase } from './with-database.js';

interface Options {
  readonly state?: CaptureState;
  readonly provider?: ProviderName;
  readonly account?: string;
  readonly review?: boolean;
  readonly contradicted?: boolean;
  readonly limit: number;
  readonly before?: string;
  readonly json?: boolean;
}

export function addCapturesList(captures: Command, io: Io): void {
  const command = captures
    .command('list')
    .summary('list captures, newest first')
    .description('Lists captures, the newest first, and says how many there are.')
    .addOption(new Option('--state <state>', 'only those in this state').choices(Object.keys(TRANSITIONS)))
    .addOption(new Option('--provider <provider>', 'only those with this provider').choices(PROVIDERS))
    .option('--account <account>', 'only those of this account')
    .option('--review', 'only those that wait for a person')
    .option(
      '--contradicted',
      'only those whose published outcome is contradicted, which an inquiry is to settle',
    )
    .option('--limit <count>', 'at most so many', wholeNumberOption(1, 10_000), 20)
    .option('--before <capture id>', 'go on below this capture, the last one of the page before')
    .option('--json', 'print one JSON document')
    .action(async (options: Options) => {
      await withDatabase(io, async (pool) => {
        const filter = await filterOf(pool, options);
        const found = await listCaptures(pool, filter);
        const total = await totalOf(pool, filter);
        io.out(options.json === true ? asJson(found, total) : asText(found, total));
      });
    });
  addHelp(command, {
    environment: [['DATABASE_URL', 'the database']],
    exits: [3, 4, 5, 6],
    examples: [
      ['capture-worker captures list --state pending', 'what nobody knows the outcome of'],
      ['capture-worker captures list --review', 'what waits for a person'],
      ['capture-worker captures list --account shop --limit 100 --json', 'for a script'],
    ],
  });
}

async function filterOf(pool: pg.Pool, options: Options): Promise<ListFilter> {
  const { state = null, provider = null, account = null, limit, before } = options;
  const [inReview, contradicted] = [options.review === true, options.contradicted === true];
  const filter = { state, provider, account, inReview, contradicted, limit };
  if (before === undefined) return { ...filter, before: null };
  const last = (await findCaptures(pool, before)).find(({ captureId }) => captureId === before.toLowerCase());
  if (last === undefined)
    throw new CaptureWorkerError(
      'NOT_FOUND',
      `No capture has the id ${JSON.stringify(before)} that --before names.`,
    );
  return { ...filter, before: last };
}

/** Null if the table is too large to be counted in the time that a statement has: the list is worth more than its total. */
async function totalOf(pool: pg.Pool, filter: ListFilter): Promise<number | null> {
  try {
    return Number(await countCaptures(pool, filter));
  } catch (error) {
    if (hasCode(error, 'STORE_UNAVAILABLE')) return null;
    throw error;
  }
}

/** Without the bodies, which hold customers' data and are as long as all else together: `captures show` has them. */
function asJson(captures: readonly Capture[], total: number | null): string {
  return toJson({ total, captures: captures.map((capture) => ({ ...capture, body: undefined })) });
}

function asText(captures: readonly Capture[], total: number | null): string {
  const count = total === null ? 'too many to count' : String(total);
  const shown = `${String(captures.length)} shown of ${count}\n`;
  return captures.length === 0 ? shown : `${table(LIST_TITLES, captures.map(listRow), ['amount'])}\n${shown}`;
}
