import { availableParallelism } from 'node:os';
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { bar, createProgressLine } from '../dev/demo/progress-line.js';
import { publish } from '../dev/guarantees/publish.js';
import { complain } from '../dev/stack/complain.js';
import { toldToStop } from '../dev/watchdog/told-to-stop.js';
import { wholeNumber } from '../dev/whole-number.js';
import type { Hunted } from './campaign.js';
import { huntMutants, runCampaign } from './campaign.js';
import { quickenProcess } from './process/quicken.js';
import type { Done } from './process/work.js';
import { replay } from './replay.js';
import { isSound, resultOf, textOf } from './result.js';

interface Options {
  readonly schedules: number;
  readonly firstSeed: number;
  readonly processes: number;
  readonly mutantSchedules: number;
  readonly mutants: boolean;
  readonly replay?: number;
  readonly mutant?: string;
  readonly json?: true;
  readonly writeTo?: string;
  readonly publish?: true;
}

const EXIT_UNSOUND = 1;
const EXIT_COULD_NOT_RUN = 2;
const EXIT_STOPPED = 130;

const options = new Command('npm run simulate --')
  .description(
    "Runs the worker's own loops on virtual time, over a log, a store and three providers in memory, through many schedules in which " +
      'workers crash, stand still and are told apart by nothing but their leases, and holds each to the promises. Then takes each ' +
      'safeguard away in turn, and sees that a schedule notices. Needs neither Kafka nor PostgreSQL.',
  )
  .option('--schedules <number>', 'how many schedules', wholeNumber, 2_000)
  .option('--first-seed <number>', 'the seed of the first; each next one is one more', wholeNumber, 1)
  .option('--processes <number>', 'how many at once', wholeNumber, availableParallelism())
  .option(
    '--mutant-schedules <number>',
    'how many schedules a mutant must survive to count as not caught',
    wholeNumber,
    5_000,
  )
  .option('--no-mutants', 'leave the safeguards where they are')
  .option(
    '--replay <seed>',
    'run the schedule of this seed alone, and look for the smallest one that breaks the same promise',
    wholeNumber,
  )
  .option('--mutant <name>', 'with --replay: without this safeguard')
  .option('--json', 'make the last line the result as JSON')
  .option('--write-to <file>', 'write the result there as JSON, too')
  .option('--publish', 'write docs/guarantees.md anew with the result')
  .addHelpText(
    'after',
    '\nExit code: 0 if every promise held and every mutant was caught, 1 if not, 2 if the simulation could not run, 130 if it was stopped.',
  )
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_COULD_NOT_RUN))
  .parse()
  .opts<Options>();

const stopping = toldToStop(process.env);
const line = createProgressLine(process.stderr, () => performance.now());
process.exitCode = await main();

async function main(): Promise<number> {
  try {
    if (options.replay !== undefined) {
      quickenProcess();
      return (await replay(options.replay, options.mutant ?? null, show)) ? 0 : EXIT_UNSOUND;
    }
    return await campaign();
  } catch (error) {
    line.end();
    if (stopping.aborted) return EXIT_STOPPED;
    complain(error);
    return EXIT_COULD_NOT_RUN;
  }
}

async function campaign(): Promise<number> {
  const { schedules, firstSeed, processes, mutantSchedules } = options;
  const begun = performance.now();
  const done = await runCampaign({
    schedules,
    firstSeed,
    processes,
    signal: stopping,
    onProgress: showProgress,
  });
  const hunted = options.mutants
    ? await huntMutants({
        schedules: mutantSchedules,
        firstSeed,
        processes,
        signal: stopping,
        onProgress: showHunted,
      })
    : [];
  line.end();
  if (stopping.aborted) return EXIT_STOPPED;
  const result = resultOf({ firstSeed, seconds: (performance.now() - begun) / 1_000, done, hunted });
  show(textOf(result));
  if (result.seeds.length > 0)
    show(`Look at one by: npm run simulate -- --replay ${String(result.seeds[0])}\n`);
  if (options.writeTo !== undefined) await writeFile(options.writeTo, `${JSON.stringify(result, null, 2)}\n`);
  if (options.publish === true) await publish({ simulation: result });
  if (options.json === true) process.stdout.write(`${JSON.stringify(result)}\n`);
  return isSound(result) ? 0 : EXIT_UNSOUND;
}

function showProgress({ schedules, crashes, broken }: Done): void {
  line.show(
    `${bar(schedules, options.schedules)} ${String(schedules)} schedules, ${String(crashes)} crashes, ${String(broken.length)} broken`,
  );
}

function showHunted({ mutant, tried, caught }: Hunted): void {
  line.show(`${mutant.name}: ${caught === null ? 'survived' : 'caught after'} ${String(tried)} schedules`);
}

/** The result: to standard output, unless that is for the JSON. */
function show(text: string): void {
  (options.json === true ? process.stderr : process.stdout).write(text);
}
