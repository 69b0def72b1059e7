import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { publish } from '../dev/guarantees/publish.js';
import { complain } from '../dev/stack/complain.js';
import { createProgressDisplay } from '../dev/stack/progress-display.js';
import { toldToStop } from '../dev/watchdog/told-to-stop.js';
import { wholeNumber } from '../dev/whole-number.js';
import { runCampaign } from './campaign.js';
import type { Fault } from './fault.js';
import { FAULTS, QUICK } from './faults/all.js';
import { rowOf, summaryText } from './report.js';

interface Options {
  readonly runs: number;
  readonly only?: readonly Fault[];
  readonly quick?: true;
  readonly randomSeed: string;
  readonly json?: true;
  readonly writeTo?: string;
  readonly publish?: true;
  readonly keep?: string;
  readonly list?: true;
}

const EXIT_BROKEN = 1;
const EXIT_COULD_NOT_RUN = 2;
const EXIT_STOPPED = 130;

const options = new Command('npm run prove --')
  .description(
    'Inflicts faults on workers that capture a steady stream of orders, on real Kafka, registry and PostgreSQL and the sandbox of three ' +
      'providers, in which who asks twice moves the money twice. After each run it holds what is there against what must hold.',
  )
  .option('--runs <number>', 'how many runs of each fault', wholeNumber, 1)
  .option('--only <names>', 'only these faults, separated by commas', faultsIn)
  .option('--quick', 'only the few that show most, unless --only names others')
  .option('--random-seed <text>', 'the same seed gives the same orders, answers and moments', '1')
  .option('--json', 'print the result as one line of JSON in place of rows')
  .option('--write-to <file>', 'write that JSON to a file, too')
  .option('--publish', 'write docs/guarantees.md anew with the result')
  .option('--keep <folder>', 'keep the logs and stories of runs that break something in a folder')
  .option('--list', 'print the faults and what each attacks, and run none')
  .addHelpText(
    'after',
    '\nExit code: 0 if every invariant held in each run, 1 if one broke, 2 if something could not be run or has shown nothing, 130 if it\n' +
      'was stopped.',
  )
  // 1 would say that an invariant broke.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_COULD_NOT_RUN))
  .parse()
  .opts<Options>();

const stopping = toldToStop(process.env);

process.exitCode = await main();

async function main(): Promise<number> {
  const faults = options.only ?? (options.quick === true ? QUICK : FAULTS);
  if (options.list === true) {
    for (const { name, attacks, how } of faults)
      process.stdout.write(`${name}\n  ${how}\n  attacks: ${attacks}\n`);
    return 0;
  }
  const display = createProgressDisplay(process.stderr);
  try {
    const report = await runCampaign({
      faults,
      runs: options.runs,
      randomSeed: options.randomSeed,
      keep: options.keep === undefined ? null : resolve(options.keep),
      env: process.env,
      progress: display.listener,
      say: (line) => {
        display.settle();
        process.stderr.write(`${line}\n`);
      },
      onFault: async (fault, soFar) => {
        show(rowOf(fault));
        // A campaign takes hours: what it has shown is kept if it is stopped.
        if (options.writeTo !== undefined)
          await writeFile(options.writeTo, `${JSON.stringify(soFar, null, 2)}\n`);
      },
      signal: stopping,
    });
    display.settle();
    show(summaryText(report));
    if (options.publish === true) await publish({ faults: report });
    if (options.json === true) process.stdout.write(`${JSON.stringify(report)}\n`);
    if (report.failures > 0) return EXIT_BROKEN;
    return report.unrun > 0 ? EXIT_COULD_NOT_RUN : 0;
  } catch (error) {
    display.settle();
    if (stopping.aborted) {
      process.stderr.write('Stopped before the end.\n');
      return EXIT_STOPPED;
    }
    complain(error);
    return EXIT_COULD_NOT_RUN;
  }
}

/** The rows: to standard output, unless that is for the JSON. */
function show(text: string): void {
  (options.json === true ? process.stderr : process.stdout).write(`${text}\n`);
}

function faultsIn(text: string): readonly Fault[] {
  return text.split(',').map((word) => {
    const found = FAULTS.find(({ name }) => name === word.trim());
    if (found === undefined)
      throw new InvalidArgumentError(`They are ${FAULTS.map(({ name }) => name).join(', ')}.`);
    return found;
  });
}
