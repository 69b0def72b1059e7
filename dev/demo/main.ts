import { Command } from 'commander';
import { complain } from '../stack/complain.js';
import { freePort } from '../stack/ports.js';
import { createProgressDisplay } from '../stack/progress-display.js';
import { toldToStop } from '../watchdog/told-to-stop.js';
import { wholeNumber } from '../whole-number.js';
import { chaosScene } from './chaos/settings.js';
import { playDemo } from './play.js';
import type { Result } from './result.js';
import { isSound, jsonOf } from './result.js';
import type { Scene, SceneOptions } from './scene.js';
import { setScene } from './scene.js';

interface Options {
  readonly orders: number;
  readonly randomSeed: string;
  readonly json?: true;
  readonly keep?: true;
  readonly kill?: true;
  readonly chaos?: true;
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
  .option(
    '--chaos',
    'trouble a third of all calls and more, send false notifications, and wait until all that can be known is',
  )
  .option('--keep', 'leave everything running at the end, until Ctrl-C; then compare once more')
  .addHelpText(
    'after',
    '\nExit code: 0 if the books agree, 1 if anything was captured twice, lost, mismatched, guessed or left unresolved, 2 if the demo\n' +
      'could not run, 130 if it was stopped.',
  )
  // 1 would say that the books don't agree.
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : EXIT_COULD_NOT_RUN))
  .parse()
  .opts<Options>();

/** Requests are under way at each kill, and who asks twice moves money twice. */
const KILL_SANDBOX = ['--permissive', '--profile', '{"latencyMs":{"min":20,"max":300}}'];

/** Shorter leases than in production: what a killed worker leaves under way is soon known to be open. */
const SETTINGS = { CAPTURE_WORKER_LEASE_MARGIN: '5s', CAPTURE_WORKER_RESEND_BACKOFF_BASE: '500ms' };

/** docs/configuration.md, Memory, says why. */
const HEAP = '--max-old-space-size=192';

const stopping = toldToStop(process.env);

process.exitCode = await main();

async function main(): Promise<number> {
  const display = createProgressDisplay(process.stderr);
  let scene: Scene | null = null;
  let result: Result;
  try {
    const notifyPort = options.chaos === true ? await freePort() : null;
    const { settings, ...played } = sceneFor(notifyPort);
    scene = await setScene({
      env: process.env,
      progress: display.listener,
      say,
      settings: { ...settings, NODE_OPTIONS: HEAP },
      ...played,
      signal: stopping,
    });
    display.settle();
    result = await playDemo(scene, {
      ...options,
      kill: options.kill === true,
      keep: options.keep === true,
      notifyPort,
      show,
      say,
      signal: stopping,
    });
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
  if (options.json === true) process.stdout.write(`${jsonOf(result)}\n`);
  return isSound(result) ? 0 : EXIT_UNSOUND;
}

function sceneFor(notifyPort: number | null): Pick<SceneOptions, 'settings' | 'timeout' | 'sandboxArgs'> {
  const { randomSeed, kill = false } = options;
  if (notifyPort !== null) return chaosScene({ randomSeed, notifyPort, permissive: kill });
  const sandboxArgs = ['--random-seed', randomSeed, ...(kill ? KILL_SANDBOX : [])];
  return { settings: SETTINGS, timeout: '5s', sandboxArgs };
}

/** The result: to standard output, unless that is for the JSON. */
function show(text: string): void {
  (options.json === true ? process.stderr : process.stdout).write(`${text}\n`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
