import { Command, InvalidArgumentError } from 'commander';
import type pg from 'pg';
import { createPool } from '../../src/store/pool.js';
import { complain } from '../stack/complain.js';
import { createProgressDisplay } from '../stack/progress-display.js';
import { onLauncherDeath } from '../watchdog/launcher.js';
import type { AttendedWorker } from './attended-worker.js';
import { attendWorker } from './attended-worker.js';
import { collectBooks } from './collect.js';
import { compareBooks } from './compare.js';
import type { MemoryWatch } from './memory.js';
import { watchMemory } from './memory.js';
import { planDemo } from './orders.js';
import { authorise, produce } from './produce.js';
import { bar, createProgressLine } from './progress-line.js';
import type { Result } from './result.js';
import { isSound, resultOf, tableOf } from './result.js';
import type { Scene } from './scene.js';
import { setScene } from './scene.js';
import type { Progress } from './watch.js';
import { watchUntil } from './watch.js';

interface Options {
  readonly orders: number;
  readonly randomSeed: string;
  readonly json?: true;
  readonly keep?: true;
}

const options = new Command('npm run demo --')
  .description(
    'Starts Kafka, a schema registry, PostgreSQL and the sandbox of three providers, puts orders on the topic, runs the worker on them, ' +
      "and compares the providers' books, the worker's rows and the published events.",
  )
  .option('--orders <number>', 'how many orders', numberOf, 300)
  .option('--random-seed <text>', 'the same seed gives the same orders and answers', '1')
  .option('--json', 'make the last line the result as JSON')
  .option('--keep', 'leave everything running at the end, until Ctrl-C')
  .addHelpText(
    'after',
    '\nExit code: 0 if the books agree, 1 if anything was captured twice, lost or mismatched, 2 if the demo could not run,\n130 if it was stopped.',
  )
  .parse()
  .opts<Options>();

const EXIT_UNSOUND = 1;
const EXIT_COULD_NOT_RUN = 2;
const EXIT_STOPPED = 130;

/** docs/configuration.md, Memory, says why. */
const HEAP = '--max-old-space-size=192';

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    stopping.abort();
  });
}
onLauncherDeath(process.env, () => {
  stopping.abort();
});

process.exitCode = await main();

async function main(): Promise<number> {
  const display = createProgressDisplay(process.stderr);
  let scene: Scene | null = null;
  let result: Result;
  try {
    scene = await setScene({
      env: process.env,
      progress: display.listener,
      say,
      // Shorter leases than in production: what a killed worker leaves under way is soon known to be open.
      settings: {
        CAPTURE_WORKER_LEASE_MARGIN: '5s',
        CAPTURE_WORKER_RESEND_BACKOFF_BASE: '500ms',
        NODE_OPTIONS: HEAP,
      },
      timeout: '5s',
      sandboxArgs: ['--random-seed', options.randomSeed],
      signal: stopping.signal,
    });
    display.settle();
    result = await run(scene);
  } catch (error) {
    display.settle();
    if (stopping.signal.aborted) {
      say('Stopped before the end: nothing was compared.');
      return EXIT_STOPPED;
    }
    complain(error);
    return EXIT_COULD_NOT_RUN;
  } finally {
    await scene?.close();
  }
  // After all else, so that it is the last line also where both outputs go to one place.
  if (options.json === true) process.stdout.write(`${JSON.stringify(result)}\n`);
  return isSound(result) ? 0 : EXIT_UNSOUND;
}

async function run(scene: Scene): Promise<Result> {
  const plan = planDemo(options.orders, options.randomSeed);
  say(`authorising ${String(plan.orders.length)} payments at three providers`);
  await authorise(scene, plan.orders);
  const worker = await attendWorker(scene, say);
  const begun = performance.now();
  await produce(scene, plan.messages);
  const pool = createPool({ url: scene.databaseUrl, max: 2, applicationName: 'demo' });
  try {
    const memory = watchMemory(() => worker.current().url);
    await watch(scene, pool, worker, plan.orders.length).finally(() => {
      memory.stop();
    });
    const seconds = (performance.now() - begun) / 1_000;
    const { books, doubleCaptures } = await collectBooks(scene, plan, pool);
    const breaks = compareBooks(books);
    const result = resultOf({ books, breaks, doubleCaptures, messages: plan.messages.length, seconds });
    show(`\n${tableOf(result, books, breaks)}`);
    showMemory(memory);
    if (options.keep === true) await keepUp(scene, worker);
    // A clean stop is part of what is shown.
    else await worker.stop();
    return result;
  } finally {
    await pool.end();
  }
}

async function watch(scene: Scene, pool: pg.Pool, worker: AttendedWorker, orders: number): Promise<void> {
  const line = createProgressLine(process.stderr, () => performance.now());
  try {
    await watchUntil(scene, pool, {
      onProgress: (progress) => {
        line.show(progressText(progress, orders));
      },
      check: () => worker.check(),
      signal: stopping.signal,
    });
  } finally {
    line.end();
  }
}

function progressText({ succeeded, failed, pending, open, queued, lag }: Progress, orders: number): string {
  const done = succeeded + failed + pending;
  return (
    `${bar(done, orders)} ${String(succeeded)} succeeded, ${String(failed)} failed, ${String(pending)} pending, ${String(open)} open; ` +
    `lag ${lag.toString()}, ${String(queued)} events to publish`
  );
}

function showMemory(memory: MemoryWatch): void {
  const seen = memory.summary();
  if (seen === null) return;
  const { early, most, end } = seen;
  show(
    `The worker's resident memory: ${String(early)} MiB after a quarter of the time, ${String(end)} MiB at the end, ${String(most)} MiB at most.\n`,
  );
}

async function keepUp(scene: Scene, worker: AttendedWorker): Promise<void> {
  say('Everything is left running. To look around:\n');
  for (const [name, value] of Object.entries(scene.env)) {
    if (name !== 'PATH') say(`export ${name}='${value}'`);
  }
  say(
    `\nMetrics: ${worker.current().url}/metrics   Book: ${scene.sandbox.adminUrl}/book   Logs: ${scene.folder}`,
  );
  say('npx capture-worker captures list   Ctrl-C ends it.');
  const keepAlive = setInterval(() => undefined, 60_000);
  await new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => {
      resolve();
    });
  });
  clearInterval(keepAlive);
}

/** The result: to standard output, unless that is for the JSON. */
function show(text: string): void {
  (options.json === true ? process.stderr : process.stdout).write(`${text}\n`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function numberOf(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 1_000_000)
    throw new InvalidArgumentError('It must be a whole number from 1 to 1000000.');
  return number;
}
