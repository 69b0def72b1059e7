import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.js';
import type { Crew, Worker } from '../stack/crew.js';
import { freePort } from '../stack/ports.js';
import { waitUntil } from '../stack/wait-until.js';
import type { SandboxLine } from './accounts.js';

/** Where programs run, and the log files stand. */
export interface Place {
  readonly crew: Crew;
  readonly folder: string;
  readonly signal: AbortSignal;
}

export type Variables = Readonly<Record<string, string>>;

/** Starts the sandbox of the three providers, with keys of its own, and waits until it listens. */
export async function startSandbox(
  { crew, folder, signal }: Place,
  more: readonly string[],
): Promise<SandboxLine> {
  const keysDir = join(folder, 'keys');
  await mkdir(keysDir);
  const sandbox = await crew.start({
    title: 'The sandbox',
    command: process.execPath,
    args: [program('sandbox/main.js'), '--json', '--port', '0', '--keys-dir', keysDir, ...more],
    cwd: folder,
    env: process.env,
    logFile: join(folder, 'sandbox.log'),
  });
  const said: SandboxLine[] = [];
  await waitUntil(
    async () => {
      const line = (await sandbox.recentOutput()).split('\n').find((text) => text.startsWith('{'));
      if (line !== undefined) said.push(JSON.parse(line) as SandboxLine);
      else if (!sandbox.isRunning()) throw await endedEarly('The sandbox', sandbox);
      return said.length > 0;
    },
    { deadlineMs: 20_000, signal, onDeadline: () => new Error('The sandbox did not start.') },
  );
  const [address] = said;
  if (address === undefined) throw new Error('The sandbox did not say where it listens.');
  return address;
}

/** Runs a command of `capture-worker` to its end; throws with its output if it fails. */
export async function runCommand(
  { crew, folder }: Place,
  env: Variables,
  args: readonly string[],
): Promise<void> {
  await crew.run({
    title: `capture-worker ${args.join(' ')}`,
    command: process.execPath,
    args: [program('src/cli/main.js'), ...args],
    cwd: folder,
    env,
    logFile: join(folder, `${args.slice(0, 2).join('-')}.log`),
  });
}

export interface RunningWorker extends Worker {
  /** Its name in the database: of its leases, its attempts and its connections. */
  readonly workerId: string;
  /** Where its metrics are. */
  readonly url: string;
  readonly logFile: string;
}

/** Another version of this package, compiled. */
export interface OtherBuild {
  readonly folder: string;
  /** The settings that it doesn't know: it would refuse to start with them. */
  readonly unknown: readonly string[];
}

/** Starts `capture-worker start` and waits until it is ready. All workers append to one log. */
export async function startWorker(
  place: Place,
  env: Variables,
  build: OtherBuild = { folder: packageRoot(), unknown: [] },
): Promise<RunningWorker> {
  const port = await freePort();
  const url = `http://127.0.0.1:${String(port)}`;
  const workerId = `worker-${String(port)}-${randomBytes(4).toString('hex')}`;
  const logFile = join(place.folder, 'worker.log');
  const worker = await place.crew.start({
    ...jobOf(place, 'The worker', join(build.folder, 'dist', 'src/cli/main.js'), ['start']),
    env: {
      CAPTURE_WORKER_NOTIFY_PORT: '0',
      ...Object.fromEntries(Object.entries(env).filter(([name]) => !build.unknown.includes(name))),
      CAPTURE_WORKER_HTTP_PORT: String(port),
      CAPTURE_WORKER_WORKER_ID: workerId,
    },
    logFile,
    graceMs: 30_000,
  });
  await untilReady(place, worker, 'The worker', () => isReady(url));
  return { ...worker, workerId, url, logFile };
}

/** Starts one of the examples and waits until it reads the events. Its log is named after it, appended to. */
export async function startExample(place: Place, name: ExampleName, env: Variables): Promise<Worker> {
  const title = `examples/${name}`;
  const worker = await place.crew.start({
    ...jobOf(place, title, program(`examples/${name}/main.js`), []),
    env,
    logFile: join(place.folder, `${name}.log`),
  });
  await untilReady(place, worker, title, async () =>
    (await worker.recentOutput()).includes('"msg":"subscribed"'),
  );
  return worker;
}

export const EXAMPLES = ['ledger', 'customer-messages'] as const;
export type ExampleName = (typeof EXAMPLES)[number];

function jobOf({ folder }: Place, title: string, main: string, args: readonly string[]) {
  return {
    title,
    command: process.execPath,
    args: [main, ...args],
    cwd: folder,
    // Nobody is left to look at what it would still finish.
    deathSignal: 'SIGKILL',
  } as const;
}

async function untilReady(
  { signal }: Place,
  worker: Worker,
  title: string,
  isReadyNow: () => Promise<boolean>,
): Promise<void> {
  await waitUntil(
    async () => {
      if (!worker.isRunning()) throw await endedEarly(title, worker);
      return await isReadyNow();
    },
    { deadlineMs: 30_000, signal, onDeadline: () => new Error(`${title} did not become ready.`) },
  );
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}

/** A program that ended before it was ready. */
export class EndedEarly extends Error {
  constructor(
    title: string,
    /** "exit code 1", "SIGKILL". */
    readonly how: string,
    output: string,
  ) {
    super(`${title} ended (${how}):\n${output}`);
  }
}

async function endedEarly(title: string, worker: Worker): Promise<EndedEarly> {
  return new EndedEarly(title, await worker.ended, (await worker.recentOutput()).slice(-2_000));
}

/** A compiled program of this package. */
function program(path: string): string {
  return join(packageRoot(), 'dist', path);
}
