import { Command, InvalidArgumentError } from 'commander';
import pg from 'pg';
import { pino } from 'pino';
import { createLagReader } from '../../src/kafka/lag.js';
import { topicNames } from '../../src/kafka/topics.js';
import { createProgressDisplay } from '../stack/progress-display.js';
import { throwIfStopped } from '../stack/wait-until.js';
import { onLauncherDeath } from '../watchdog/launcher.js';
import type { Standing } from './collect.js';
import { collectBooks, standingOf } from './collect.js';
import { compareBooks } from './compare.js';
import { planDemo } from './orders.js';
import { authorise, produce } from './produce.js';
import { bar, createProgressLine } from './progress-line.js';
import { isSound, resultOf, tableOf } from './result.js';
import type { RunningProcess, Scene } from './scene.js';
import { setScene } from './scene.js';

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

/** The worker is given up as stuck when nothing has changed for so long. */
const STUCK_MS = 60_000;
const LOOK_EVERY_MS = 200;

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
  try {
    scene = await setScene({
      env: process.env,
      progress: display.listener,
      say,
      settings: { CAPTURE_WORKER_RESEND_BACKOFF_BASE: '500ms' },
      sandboxArgs: ['--random-seed', options.randomSeed],
      signal: stopping.signal,
    });
    display.settle();
    return await run(scene);
  } catch (error) {
    display.settle();
    if (stopping.signal.aborted) return 130;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await scene?.close();
  }
}

async function run(scene: Scene): Promise<number> {
  const plan = planDemo(options.orders, options.randomSeed);
  say(`authorising ${String(plan.orders.length)} payments at the wallet`);
  await authorise(scene, plan.orders);
  const worker = await scene.startWorker();
  const begun = performance.now();
  await produce(scene, plan.messages);
  const pool = new pg.Pool({ connectionString: scene.databaseUrl, max: 2 });
  try {
    await watch(scene, pool, worker, plan.orders.length);
    const seconds = (performance.now() - begun) / 1_000;
    const { books, doubleCaptures } = await collectBooks(scene, plan, pool);
    const breaks = compareBooks(books);
    const result = resultOf({ books, breaks, doubleCaptures, messages: plan.messages.length, seconds });
    say(`\n${tableOf(result, books, breaks)}`);
    if (options.keep) await keepUp(scene, worker);
    else await stopWorker(worker);
    if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
    return isSound(result) ? 0 : 1;
  } finally {
    await pool.end();
  }
}

/** Shows the progress until every message is done and every event published, or nothing has changed for too long. */
async function watch(scene: Scene, pool: pg.Pool, worker: RunningProcess, orders: number): Promise<void> {
  const line = createProgressLine(process.stderr, () => performance.now());
  const client = { brokers: scene.stack.env.KAFKA_BROKERS.split(','), clientId: 'demo' };
  const lag = createLagReader({ client, log: pino({ level: 'silent' }) });
  const topic = topicNames(scene.topicPrefix)['order.fulfilled'];
  let last = '';
  let changedAt = performance.now();
  try {
    for (;;) {
      throwIfStopped(stopping.signal);
      const standing = await standingOf(pool);
      const behind = (await lag.read(scene.group, [topic])).reduce(
        (sum, partition) => sum + partition.lag,
        0n,
      );
      line.show(progressText(standing, behind, orders));
      if (behind === 0n && standing.open === 0 && standing.queued === 0) return;
      if (!worker.isRunning())
        throw new Error(`The worker ended (${await worker.ended}); its log is ${worker.logFile}.`);
      const now = JSON.stringify([standing, behind.toString()]);
      if (now !== last) changedAt = performance.now();
      else if (performance.now() - changedAt > STUCK_MS) return;
      last = now;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  } finally {
    line.end();
    await lag.close();
  }
}

function progressText(
  { succeeded, failed, pending, open, queued }: Standing,
  behind: bigint,
  orders: number,
): string {
  const done = succeeded + failed + pending;
  return (
    `${bar(done, orders)} ${String(succeeded)} succeeded, ${String(failed)} failed, ${String(pending)} pending, ${String(open)} open; ` +
    `lag ${behind.toString()}, ${String(queued)} events to publish`
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
