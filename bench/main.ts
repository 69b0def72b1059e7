import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { formatted } from '../dev/formatted.js';
import { complain } from '../dev/stack/complain.js';
import { createProgressDisplay } from '../dev/stack/progress-display.js';
import { toldToStop } from '../dev/watchdog/told-to-stop.js';
import { packageRoot } from '../src/package-root.js';
import { markdownOf } from './report.js';
import { summaryOf } from './results.js';
import { runBenchmark, runScenarios } from './run.js';
import { scenarioText } from './scenario-report.js';
import { faultsIn, scenarioSummaryOf } from './scenario-summary.js';
import type { Scenario } from './scenarios.js';
import { SCENARIOS } from './scenarios.js';

const EXIT_UNSOUND = 1;
const EXIT_COULD_NOT_RUN = 2;
const EXIT_STOPPED = 130;

const options = new Command('npm run bench --')
  .description(
    'Measures the worker beside its limit and its peers, on real Kafka, registry and PostgreSQL, in turns, and writes docs/benchmarks.md. ' +
      'Leave the machine alone meanwhile.',
  )
  .option('--quick', 'fewer and shorter rounds: less than 12 minutes in place of an hour')
  .option(
    '--only <names>',
    `only these, separated by commas, printed and not written to the file: ${SCENARIOS.join(', ')}`,
    scenariosIn,
  )
  .option('--json', 'make the last line the figures as JSON')
  .addHelpText(
    'after',
    '\nExit code: 0 if all was measured and the money agrees, 1 if a contestant captured twice or its books disagree, 2 if the benchmark\n' +
      'could not run, 130 if it was stopped.',
  )
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_COULD_NOT_RUN))
  .parse()
  .opts<{ readonly quick?: true; readonly only?: readonly Scenario[]; readonly json?: true }>();

const FILE = join(packageRoot(), 'docs', 'benchmarks.md');
const stopping = toldToStop(process.env);
process.exitCode = await main();

async function main(): Promise<number> {
  const display = createProgressDisplay(process.stderr);
  try {
    const run = {
      quick: options.quick === true,
      env: process.env,
      progress: display.listener,
      say: (line: string): void => {
        display.settle();
        process.stderr.write(`${line}\n`);
      },
      signal: stopping,
    };
    if (options.only !== undefined) {
      const results = await runScenarios(options.only, run);
      tell(await formatted(FILE, scenarioText(results)), scenarioSummaryOf(results));
      return exitCodeOf(faultsIn(results));
    }
    const results = await runBenchmark(run);
    const summary = summaryOf(results);
    const text = await formatted(FILE, markdownOf(results, summary));
    await writeFile(FILE, text);
    tell(`${text}\nwritten to docs/benchmarks.md\n`, summary);
    return exitCodeOf(summary);
  } catch (error) {
    display.settle();
    if (stopping.aborted) return EXIT_STOPPED;
    complain(error);
    return EXIT_COULD_NOT_RUN;
  }
}

function tell(text: string, figures: object): void {
  (options.json === true ? process.stderr : process.stdout).write(text);
  if (options.json === true) process.stdout.write(`${JSON.stringify(figures)}\n`);
}

function exitCodeOf({ doubleCaptures, lost }: { doubleCaptures: number; lost: number }): number {
  return doubleCaptures === 0 && lost === 0 ? 0 : EXIT_UNSOUND;
}

function scenariosIn(text: string): readonly Scenario[] {
  return text.split(',').map((word) => {
    const found = SCENARIOS.find((name) => name === word.trim());
    if (found === undefined) throw new InvalidArgumentError(`They are ${SCENARIOS.join(', ')}.`);
    return found;
  });
}
