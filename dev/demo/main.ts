import { Command, InvalidArgumentError } from 'commander';
import type pg from 'pg';
import { createPool } from '../../src/store/pool.js';
import { complain } from '../stack/complain.js';
import { createProgressDisplay } from '../stack/progress-display.js';
import { onLauncherDeath } from '../watchdog/launcher.js';
import { collectBooks } from './collect.js';
import { compareBooks } from './compare.js';
import type { MemoryWatch } from './memory.js';
import { watchMemory } from './memory.js';
import { planDemo } from './orders.js';
import { authorise, produce } from './produce.js';
import { bar, createProgressLine } from './progress-line.js';
import type { Result } from './result.js';
import { isSound, resultOf, tableOf } from './result.js';
import type { RunningProcess, Scene } from './scene.js';
import { setScene } from './scene.js';
import type { Progress } from './watch.js';
import { watchUntil } from './watch.js';

interface Options {
  readonly orders: number;
  readonly randomSeed: string;
  readonly json: boolean;
  readonly keep: boolean;
}

const options = new Command('npm run demo --')
  .description(
    'Starts Kafka, a schema registry, PostgreSQL and the sandbox of the wallet, puts orders on the topic, runs the worker on them, and ' +
      "compares the provider's book, the worker's rows and the published events.",
  )
  .option('--orders <number>', 'how many orders', numberOf, 300)
  .option('--random-seed <text>', 'the same seed gives the same orders and answers', '1')
  .option('--json', 'make the last line the result as JSON', false)
  .option('--keep', 'leave everything running at the end, until Ctrl-C', false)
  .addHelpText(
    'after',
    '\nExit code: 0 if the books agree, 1 if anything was captured twice, lost or mismatched.',
  )
  .parse()
  .opts<Options>();

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
      settings: { CAPTURE_WORKER_RESEND_BACKOFF_BASE: '500ms', NODE_OPTIONS: HEAP },
      sandboxArgs: ['--random-seed', options.randomSeed],
      signal: stopping.signal,
    });
    display.settle();
    result = await run(scene);
  } catch (error) {
    display.settle();
    if (stopping.signal.aborted) return 130;
    complain(error);
    return 1;
  } finally {
    await scene?.close();
  }
  // After all else, so that it is the last line also where both outputs go to one place.
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  return isSound(result) ? 0 : 1;
}

async function run(scene: Scene): Promise<Result> {
  const plan = planDemo(options.orders, options.randomSeed);
  say(`authorising ${String(plan.orders.length)} payments at the wallet`);
  await authorise(scene, plan.orders);
  const worker = await scene.startWorker();
  const begun = performance.now();
  await produce(scene, plan.messages);
  const pool = createPool({ url: scene.databaseUrl, max: 2, applicationName: 'demo' });
  try {
    const memory = watchMemory(worker);
    await watch(scene, pool, worker, plan.orders.length).finally(() => {
      memory.stop();
    });
    const seconds = (performance.now() - begun) / 1_000;
    const { books, doubleCaptures } = await collectBooks(scene, plan, pool);
    const breaks = compareBooks(books);
    const result = resultOf({ books, breaks, doubleCaptures, messages: plan.messages.length, seconds });
    say(`\n${tableOf(result, books, breaks)}`);
    sayMemory(memory);
    if (options.keep) await keepUp(scene, worker);
    else await stopWorker(worker);
    return result;
  } finally {
    await pool.end();
  }
}

async function watch(scene: Scene, pool: pg.Pool, worker: RunningProcess, orders: number): Promise<void> {
  const line = createProgressLine(process.stderr, () => performance.now());
  try {
    await watchUntil(scene, pool, {
      onProgress: (progress) => {
        line.show(progressText(progress, orders));
      },
      check: async () => {
        if (worker.isRunning()) return;
        throw new Error(
          `The worker ended (${await worker.ended}):\n${(await worker.recentOutput()).slice(-2_000)}`,
        );
      },
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

function sayMemory(memory: MemoryWatch): void {
  const seen = memory.summary();
  if (seen === null) return;
  const { early, most, end } = seen;
  say(
    `The worker's resident memory: ${String(early)} MiB after a quarter of the time, ${String(end)} MiB at the end, ${String(most)} MiB at most.\n`,
  );
}

/** A clean stop is part of what is shown: the worker must drain and say so by its exit code. */
async function stopWorker(worker: RunningProcess): Promise<void> {
  await worker.stop();
  const how = await worker.ended;
  if (how !== 'exit code 0')
    throw new Error(
      `The worker did not stop cleanly (${how}):\n${(await worker.recentOutput()).slice(-2_000)}`,
    );
}

async function keepUp(scene: Scene, worker: RunningProcess): Promise<void> {
  say('Everything is left running. To look around:\n');
  for (const [name, value] of Object.entries(scene.env)) {
    if (name !== 'PATH') say(`export ${name}='${value}'`);
  }
  say(`\nMetrics: ${worker.url}/metrics   Book: ${scene.sandbox.adminUrl}/book   Logs: ${scene.folder}`);
  say('npx capture-worker captures list   Ctrl-C ends it.');
  const keepAlive = setInterval(() => undefined, 60_000);
  await new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => {
      resolve();
    });
  });
  clearInterval(keepAlive);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function numberOf(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 1_000_000)
    throw new InvalidArgumentError('It must be a number from 1 to 1000000.');
  return number;
}
