import { Command } from 'commander';
import type pg from 'pg';
import { createPool } from '../../src/store/pool.js';
import { complain } from '../stack/complain.js';
import { createProgressDisplay } from '../stack/progress-display.js';
import { toldToStop } from '../watchdog/told-to-stop.js';
import { wholeNumber } from '../whole-number.js';
import type { Cast } from './cast.js';
import { startCast } from './cast.js';
import { compareAll } from './compare-all.js';
import type { Killer } from './kills.js';
import { createKiller, planKills } from './kills.js';
import type { MemoryWatch } from './memory.js';
import { watchMemory } from './memory.js';
import type { DemoPlan } from './orders.js';
import { planDemo, seeded } from './orders.js';
import { authorise, produce } from './produce.js';
import { bar, createProgressLine } from './progress-line.js';
import type { Result } from './result.js';
import { isSound, tableOf } from './result.js';
import type { Scene } from './scene.js';
import { setScene } from './scene.js';
import type { Progress } from './watch.js';
import { isDone, isWorkerDone, watchUntil } from './watch.js';

interface Options {
  readonly orders: number;
  readonly randomSeed: string;
  readonly json?: true;
  readonly keep?: true;
  readonly kill?: true;
}

const EXIT_UNSOUND = 1;
const EXIT_COULD_NOT_RUN = 2;
const EXIT_STOPPED = 130;

const options = new Command('npm run demo --')
  .description(
    'Starts Kafka, a schema registry, PostgreSQL and the sandbox of three providers, puts orders on the topic, runs the worker and two ' +
      "subscribers on them, and compares the providers' books, the worker's rows, the published events, the subscribers' ledger and the " +
      "customers' messages.",
  )
  .option('--orders <number>', 'how many orders', wholeNumber, 300)
  .option('--random-seed <text>', 'the same seed gives the same orders and answers', '1')
  .option('--json', 'make the last line the result as JSON')
  .option(
    '--kill',
    'run two workers, and kill -9 one, the one that publishes, and each subscriber while they work',
  )
  .option('--keep', 'leave everything running at the end, until Ctrl-C; then compare once more')
  .addHelpText(
    'after',
    '\nExit code: 0 if the books agree, 1 if anything was captured twice, lost or mismatched, 2 if the demo could not run,\n130 if it was stopped.',
  )
  // 1 would say that the books don't agree.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_COULD_NOT_RUN))
  .parse()
  .opts<Options>();

/** Over how long the orders come when there are kills. */
const KILL_RUN_MS = 15_000;
/** Requests are under way at each kill, and who asks twice moves money twice. */
const KILL_SANDBOX = ['--permissive', '--profile', '{"latencyMs":{"min":20,"max":300}}'];

/** docs/configuration.md, Memory, says why. */
const HEAP = '--max-old-space-size=192';

const stopping = toldToStop(process.env);

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
      sandboxArgs: ['--random-seed', options.randomSeed, ...(options.kill === true ? KILL_SANDBOX : [])],
      signal: stopping,
    });
    display.settle();
    result = await run(scene);
  } catch (error) {
    display.settle();
    if (stopping.aborted) {
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
  const cast = await startCast(scene, { workers: options.kill === true ? 2 : 1, say });
  const pool = createPool({ url: scene.databaseUrl, max: 2, applicationName: 'demo' });
  try {
    const memory = watchMemory(() => cast.workers[0]?.current().url ?? '');
    const seconds = await play(scene, plan, cast, pool).finally(() => {
      memory.stop();
    });
    const compare = async (): Promise<Result> => {
      const compared = await compareAll({ scene, plan, cast, pool, seconds });
      show(`\n${tableOf(compared.result, compared.input)}`);
      return compared.result;
    };
    const result = await compare();
    // Of a worker that was killed and started again, it would tell little.
    if (options.kill !== true) showMemory(memory);
    if (options.keep === true) {
      await keepUp(scene, cast);
      return await compare();
    }
    // A clean stop is part of what is shown.
    await cast.stop();
    return result;
  } finally {
    await pool.end();
  }
}

/** Puts the orders on the topic, and watches until all is done. Returns the seconds from the first order to the last event. */
async function play(scene: Scene, plan: DemoPlan, cast: Cast, pool: pg.Pool): Promise<number> {
  const { messages, orders } = plan;
  const random = seeded(`${options.randomSeed} kills`);
  const killer = options.kill === true ? createKiller(planKills(random), { cast, pool, random, say }) : null;
  const begun = performance.now();
  // With kills they come over a while, so that there is work at each of them.
  const produced = produce(scene, messages, {
    overMs: killer === null ? 0 : KILL_RUN_MS,
    signal: stopping,
  });
  let endedAt = begun;
  const watched = watch(scene, pool, { cast, killer, orders: orders.length }, (progress) => {
    if (!isWorkerDone(progress)) endedAt = performance.now();
  });
  await Promise.all([produced, watched]);
  return (endedAt - begun) / 1_000;
}

interface Watched {
  readonly cast: Cast;
  readonly killer: Killer | null;
  readonly orders: number;
}

async function watch(
  scene: Scene,
  pool: pg.Pool,
  { cast, killer, orders }: Watched,
  onProgress: (progress: Progress) => void,
): Promise<void> {
  const line = createProgressLine(process.stderr, () => performance.now());
  let settled = 0;
  try {
    await watchUntil(
      scene,
      pool,
      {
        onProgress: (progress) => {
          settled = settledOf(progress) / orders;
          onProgress(progress);
          line.show(progressText(progress, orders));
        },
        check: async () => {
          await killer?.look(settled);
          await cast.check();
        },
        subscribers: true,
        signal: stopping,
      },
      (progress) =>
        isDone(progress) && settledOf(progress) === orders && killer?.isDone() !== false && cast.isUp(),
    );
  } finally {
    line.end();
  }
}

function settledOf({ succeeded, failed, pending }: Progress): number {
  return succeeded + failed + pending;
}

function progressText(progress: Progress, orders: number): string {
  const { succeeded, failed, pending, open, queued, lag, unread } = progress;
  return (
    `${bar(settledOf(progress), orders)} ${String(succeeded)} succeeded, ${String(failed)} failed, ${String(pending)} pending, ${String(open)} open; ` +
    `lag ${lag.toString()}, ${String(queued)} events to publish, ${unread.toString()} to book and tell`
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

async function keepUp(scene: Scene, cast: Cast): Promise<void> {
  say('Everything is left running. To look around:\n');
  for (const [name, value] of Object.entries(scene.env)) {
    // These two belong to the worker's process, not to whoever looks around.
    if (name !== 'PATH' && name !== 'NODE_OPTIONS') say(`export ${name}='${value}'`);
  }
  say(
    `\nMetrics: ${cast.workers[0]?.current().url ?? ''}/metrics   Book: ${scene.sandbox.adminUrl}/book   Logs: ${scene.folder}`,
  );
  say(
    'npx capture-worker captures list   npm run demo:tamper -- posting|message|row   removes one, past all guards.\n' +
      'Enter compares once more, and ends it. Ctrl-C does too, but npm then hides the exit code.',
  );
  const keepAlive = setInterval(() => undefined, 60_000);
  await new Promise<void>((resolve) => {
    stopping.addEventListener('abort', () => {
      resolve();
    });
    if (process.stdin.isTTY) {
      process.stdin.once('data', () => {
        resolve();
      });
    }
  });
  process.stdin.pause();
  clearInterval(keepAlive);
}

/** The result: to standard output, unless that is for the JSON. */
function show(text: string): void {
  (options.json === true ? process.stderr : process.stdout).write(`${text}\n`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
