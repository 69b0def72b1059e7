import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Argument, Command } from 'commander';
import { packageRoot } from '../../src/package-root.js';
import { complain } from '../stack/complain.js';
import { createCrew } from '../stack/crew.js';
import { startGuard, type Guard } from '../watchdog/guard.js';
import { toldToStop } from '../watchdog/told-to-stop.js';
import { wholeNumber } from '../whole-number.js';
import { NodeUnavailableError, nodeFromNpm } from './npm-node.js';
import type { PartName } from './parts.js';
import { PART_NAMES, partOf } from './parts.js';
import { runPart } from './run.js';
import { hasPassed, summaryOf } from './summary.js';

const program = new Command('node dist/dev/node/main.js')
  .description(
    'Runs the unit tests and a demo on another Node, which npm fetches into its cache. Every process of Node that they start says ' +
      'which version it runs on, and ends if it is another. `npm run check:node24` does it with Node 24.',
  )
  .argument('<major>', 'the major version, such as 24', wholeNumber)
  .addArgument(new Argument('[part...]', 'what to run; both if none is named').choices(PART_NAMES))
  .option('--orders <number>', 'how many orders the demo takes', wholeNumber, 60)
  .addHelpText(
    'after',
    '\nExit code: 0 if all passed, 1 if something failed, 2 if that Node could not be had, 130 if it was stopped.',
  )
  .parse();
const { orders } = program.opts<{ readonly orders: number }>();
// As the arguments are declared above.
const [major, named] = program.processedArgs as [number, PartName[]];
const parts = named.length > 0 ? [...new Set(named)] : PART_NAMES;

const EXIT_FAILED = 1;
const EXIT_NO_NODE = 2;
const EXIT_STOPPED = 130;

const stopping = toldToStop(process.env);

process.exitCode = await main();

async function main(): Promise<number> {
  const guard = await startGuard();
  const folder = await mkdtemp(join(tmpdir(), 'capture-worker-node-'));
  try {
    await guard.addFolder(folder);
    const passed = await check(guard, folder);
    if (stopping.aborted) return stopped();
    return passed ? 0 : EXIT_FAILED;
  } catch (error) {
    if (stopping.aborted) return stopped();
    complain(error);
    return error instanceof NodeUnavailableError ? EXIT_NO_NODE : EXIT_FAILED;
  } finally {
    await rm(folder, { recursive: true, force: true });
    await guard.close();
  }
}

/** All parts are run, also when one has failed. */
async function check(guard: Guard, folder: string): Promise<boolean> {
  const signal = stopping;
  const root = packageRoot();
  const crew = createCrew(guard);
  signal.addEventListener('abort', () => void crew.disband());
  const begun = performance.now();
  say(`asking npm for Node ${String(major)}`);
  const logFile = join(folder, 'npm.log');
  const node = await nodeFromNpm(major, { crew, env: process.env, cwd: root, logFile, say });
  say(`Node ${node.version}: ${node.program} (${((performance.now() - begun) / 1000).toFixed(1)} s)`);

  const file = join(folder, 'testimonies');
  const summary: string[] = [];
  let passed = true;
  for (const name of parts) {
    if (signal.aborted) break;
    const part = partOf(name, { orders });
    const outcome = await runPart(part, { node, major, root, env: process.env, file, guard, signal });
    summary.push(...summaryOf(part, outcome, node.version));
    passed &&= hasPassed(outcome);
  }
  if (!signal.aborted) say(`\n${summary.join('\n')}`);
  return passed;
}

function stopped(): number {
  say('Stopped before the end.');
  return EXIT_STOPPED;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
