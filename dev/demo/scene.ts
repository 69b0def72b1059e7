import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { ProviderName } from '../../src/capture/capture.js';
import { packageRoot } from '../../src/package-root.js';
import type { SandboxLine } from './accounts.js';
import { accountsFor } from './accounts.js';
import { removeLeftovers } from './clean-up.js';
import type { Crew, Worker } from '../stack/crew.js';
import { createCrew } from '../stack/crew.js';
import { freePort } from '../stack/ports.js';
import type { ProgressListener } from '../stack/progress.js';
import type { Stack } from '../stack/start.js';
import { startStack } from '../stack/start.js';
import { waitUntil } from '../stack/wait-until.js';

/** Everything that a worker runs in: the local parts, the sandbox, an accounts file, a database and topics of this run's own. */
export interface Scene {
  readonly stack: Stack;
  readonly folder: string;
  /** What to run `capture-worker` with. */
  readonly env: Readonly<Record<string, string>>;
  readonly topicPrefix: string;
  readonly group: string;
  readonly databaseUrl: string;
  readonly sandbox: SandboxAddress;
  /** Starts `capture-worker start` as a process of its own and waits until it is ready. */
  startWorker(): Promise<RunningProcess>;
  /** Runs another command of `capture-worker` to its end; throws with its output if it fails. */
  command(...args: string[]): Promise<void>;
  close(): Promise<void>;
}

export interface RunningProcess extends Worker {
  /** Where its metrics are. */
  readonly url: string;
  readonly logFile: string;
}

export interface SandboxAddress {
  readonly adminUrl: string;
  /** The merchant that each provider knows, by its id there. */
  readonly merchants: Readonly<Record<ProviderName, string>>;
}

export interface SceneOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly progress: ProgressListener;
  readonly say: (line: string) => void;
  /** Settings of the worker beside those that the scene gives. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The timeout of one provider call, as the accounts file takes it. */
  readonly timeout?: string;
  readonly sandboxArgs?: readonly string[];
  readonly signal: AbortSignal;
}

/** Sets the scene. If that fails, what was started is stopped. */
export async function setScene(options: SceneOptions): Promise<Scene> {
  const stack = await startStack({ env: options.env, progress: options.progress, signal: options.signal });
  const crew = createCrew(stack.guard);
  const folder = await mkdtemp(join(tmpdir(), 'capture-worker-demo-'));
  await stack.guard.addFolder(folder);
  const runId = randomBytes(4).toString('hex');
  const database = await createDatabase(stack.env.DATABASE_URL, `capture_demo_${runId}`);
  const names = { topicPrefix: `demo-${runId}.`, group: `demo-${runId}` };
  const { KAFKA_BROKERS: brokers, SCHEMA_REGISTRY_URL: registryUrl } = stack.env;
  const close = async (): Promise<void> => {
    await crew.disband();
    await database.drop();
    // With our own Kafka they go anyway.
    if (brokers === options.env['KAFKA_BROKERS']) await removeLeftovers({ brokers, registryUrl, ...names });
    await rm(folder, { recursive: true, force: true });
    await stack.guard.removeFolder(folder);
    await stack.stop();
  };
  try {
    const sandbox = await startSandbox(crew, folder, options);
    await writeFile(join(folder, 'accounts.yaml'), accountsFor(sandbox, options.timeout ?? '25s'));
    const env = workerEnv(stack, folder, database.url, names, options);
    const scene = {
      stack,
      folder,
      env,
      ...names,
      databaseUrl: database.url,
      sandbox: {
        adminUrl: sandbox.adminUrl,
        merchants: {
          wallet: sandbox.wallet.clientId,
          yabandpay: sandbox.yabandpay.user,
          payermax: sandbox.payermax.merchantNo,
        },
      },
      command: (...args: string[]) => runCommand(crew, folder, env, args),
      startWorker: () => startWorker(crew, folder, env, options.signal),
      close,
    };
    options.say('creating topics, schemas and tables');
    await scene.command('migrate');
    await Promise.all([
      scene.command('schemas', 'register'),
      scene.command('topics', 'create', '--partitions', '6', '--replication-factor', '1'),
    ]);
    return scene;
  } catch (error) {
    await close();
    throw error;
  }
}

async function createDatabase(
  adminUrl: string,
  name: string,
): Promise<{ url: string; drop: () => Promise<void> }> {
  await adminQuery(adminUrl, `create database ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => adminQuery(adminUrl, `drop database if exists ${name} with (force)`) };
}

async function adminQuery(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function startSandbox(crew: Crew, folder: string, options: SceneOptions): Promise<SandboxLine> {
  const keysDir = join(folder, 'keys');
  await mkdir(keysDir);
  const sandbox = await crew.start({
    title: 'The sandbox',
    command: process.execPath,
    args: [
      program('sandbox/main.js'),
      '--json',
      '--port',
      '0',
      '--keys-dir',
      keysDir,
      ...(options.sandboxArgs ?? []),
    ],
    cwd: folder,
    env: process.env,
    logFile: join(folder, 'sandbox.log'),
  });
  const said: SandboxLine[] = [];
  await waitUntil(
    async () => {
      const line = (await sandbox.recentOutput()).split('\n').find((text) => text.startsWith('{'));
      if (line !== undefined) said.push(JSON.parse(line) as SandboxLine);
      else if (!sandbox.isRunning()) throw await failed('The sandbox', sandbox);
      return said.length > 0;
    },
    { deadlineMs: 20_000, signal: options.signal, onDeadline: () => new Error('The sandbox did not start.') },
  );
  const [address] = said;
  if (address === undefined) throw new Error('The sandbox did not say where it listens.');
  return address;
}

function workerEnv(
  stack: Stack,
  folder: string,
  databaseUrl: string,
  names: { readonly topicPrefix: string; readonly group: string },
  { settings = {} }: SceneOptions,
): Record<string, string> {
  return {
    ...stack.env,
    PATH: process.env['PATH'] ?? '',
    DATABASE_URL: databaseUrl,
    CAPTURE_WORKER_ACCOUNTS_FILE: join(folder, 'accounts.yaml'),
    CAPTURE_WORKER_TOPIC_PREFIX: names.topicPrefix,
    CAPTURE_WORKER_GROUP: names.group,
    ...settings,
  };
}

async function runCommand(
  crew: Crew,
  folder: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<void> {
  const title = `capture-worker ${args.join(' ')}`;
  const logFile = join(folder, `${args.slice(0, 2).join('-')}.log`);
  await crew.run({
    title,
    command: process.execPath,
    args: [program('src/cli/main.js'), ...args],
    cwd: folder,
    env,
    logFile,
  });
}

async function startWorker(
  crew: Crew,
  folder: string,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<RunningProcess> {
  const port = await freePort();
  const url = `http://127.0.0.1:${String(port)}`;
  const logFile = join(folder, 'worker.log');
  const worker = await crew.start({
    title: 'The worker',
    command: process.execPath,
    args: [program('src/cli/main.js'), 'start'],
    cwd: folder,
    env: { ...env, CAPTURE_WORKER_HTTP_PORT: String(port) },
    logFile,
    graceMs: 30_000,
    // Nobody is left to look at what it would still finish.
    deathSignal: 'SIGKILL',
  });
  await waitUntil(
    async () => {
      if (!worker.isRunning()) throw await failed('The worker', worker);
      return await isReady(url);
    },
    {
      deadlineMs: 30_000,
      signal,
      onDeadline: () => new Error(`The worker did not become ready; its log is ${logFile}.`),
    },
  );
  return { ...worker, url, logFile };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}

async function failed(title: string, worker: Worker): Promise<Error> {
  return new Error(`${title} ended (${await worker.ended}):\n${(await worker.recentOutput()).slice(-2_000)}`);
}

/** A compiled program of this package. */
function program(path: string): string {
  return join(packageRoot(), 'dist', path);
}
