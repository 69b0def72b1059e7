import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { ProviderName } from '../../src/capture/capture.js';
import type { Worker } from '../stack/crew.js';
import { createCrew } from '../stack/crew.js';
import type { ProgressListener } from '../stack/progress.js';
import type { Stack } from '../stack/start.js';
import { startStack } from '../stack/start.js';
import { reconciliationGroup } from '../../src/kafka/consumption.js';
import { accountsFor } from './accounts.js';
import { removeLeftovers } from './clean-up.js';
import type { ExampleName, OtherBuild, Place, RunningWorker, Variables } from './programs.js';
import { EXAMPLES, runCommand, startExample, startSandbox, startWorker } from './programs.js';

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
  /**
   * Starts `capture-worker start` as a process of its own, with further settings, and waits until it is ready. Of this
   * build, unless another is given.
   */
  startWorker(settings?: Variables, build?: OtherBuild): Promise<RunningWorker>;
  /** Starts an example as a process of its own, in this group, and waits until it reads the events. */
  startExample(name: ExampleName, settings: Variables): Promise<Worker>;
  /** Runs another command of `capture-worker` to its end; throws with its output if it fails. */
  command(...args: string[]): Promise<void>;
  close(): Promise<void>;
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
  /** Runs a command of `capture-worker` in a folder; as a process of its own unless given. */
  readonly runCommand?: (folder: string, env: Variables, args: readonly string[]) => Promise<void>;
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
    if (brokers === options.env['KAFKA_BROKERS']) {
      const groups = [
        names.group,
        reconciliationGroup(names.group),
        ...EXAMPLES.map((name) => exampleGroup(names.group, name)),
      ];
      await removeLeftovers({ brokers, registryUrl, topicPrefix: names.topicPrefix, groups });
    }
    await rm(folder, { recursive: true, force: true });
    await stack.guard.removeFolder(folder);
    await stack.stop();
  };
  try {
    const place: Place = { crew, folder, signal: options.signal };
    const sandbox = await startSandbox(place, options.sandboxArgs ?? []);
    await writeFile(join(folder, 'accounts.yaml'), accountsFor(sandbox, options.timeout ?? '25s'));
    const env = workerEnv(stack, folder, database.url, names, options);
    const scene: Scene = {
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
      command: (...args: string[]) =>
        options.runCommand === undefined
          ? runCommand(place, env, args)
          : options.runCommand(folder, env, args),
      startWorker: (settings: Variables = {}, build?: OtherBuild) =>
        startWorker(place, { ...env, ...settings }, build),
      startExample: (name: ExampleName, settings: Variables) =>
        startExample(place, name, { ...exampleEnv(stack, database.url, names, name), ...settings }),
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

function exampleEnv(
  { env }: Stack,
  databaseUrl: string,
  { topicPrefix, group }: { readonly topicPrefix: string; readonly group: string },
  name: ExampleName,
): Record<string, string> {
  return {
    KAFKA_BROKERS: env.KAFKA_BROKERS,
    SCHEMA_REGISTRY_URL: env.SCHEMA_REGISTRY_URL,
    DATABASE_URL: databaseUrl,
    TOPIC_PREFIX: topicPrefix,
    GROUP_ID: exampleGroup(group, name),
  };
}

/** The consumer group of an example beside the worker's. */
export function exampleGroup(group: string, name: ExampleName): string {
  return `${group}-${name}`;
}
