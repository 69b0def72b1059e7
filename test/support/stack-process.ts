import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { packageRoot } from '../../src/package-root.js';

/** What `--json` prints. */
export interface Announcement {
  env: Record<string, string>;
  pids: Record<string, number>;
  dataDir: string;
}

export interface StackProcess {
  pid: number;
  /** Rejects with all that it wrote to standard error if it ends without being up. */
  announced: Promise<Announcement>;
  /** Its exit code, or the signal that ended it. */
  ended: Promise<number | string>;
  /** What it has written to standard error so far. */
  stderr(): string;
}

export interface StackCommand {
  env: NodeJS.ProcessEnv;
  args?: readonly string[];
  /** The clone that it runs in. */
  root?: string;
  uid?: number;
  /** Another command than node with the stack's main file. */
  command?: readonly [string, ...string[]];
}

/** Runs the stack command in a process group of its own, as a terminal would. */
export function runStack({ env, args = [], root = packageRoot(), uid, command }: StackCommand): StackProcess {
  const [program, ...before] = command ?? [process.execPath, join(root, 'dist', 'dev', 'stack', 'main.js')];
  const child = spawn(program, [...before, '--json', ...args], {
    cwd: root,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid !== undefined && { uid, gid: uid }),
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(signal ?? code ?? -1);
    });
  });
  const announced = new Promise<Announcement>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) resolve(JSON.parse(line) as Announcement);
    });
    child.once('close', () => {
      reject(new Error(`The stack ended without being up: ${stderr}`));
    });
  });
  // Not every test waits for it.
  announced.catch(() => undefined);
  if (child.pid === undefined) throw new Error(`${program} could not be started`);
  return { pid: child.pid, announced, ended, stderr: () => stderr };
}

/** An environment in which no part exists already. */
export function bareEnvironment(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const env = { ...process.env };
  for (const name of ['KAFKA_BROKERS', 'SCHEMA_REGISTRY_URL', 'DATABASE_URL'])
    Reflect.deleteProperty(env, name);
  // A script of the test command is not a script of npm's that the stack is run by.
  Reflect.deleteProperty(env, 'npm_lifecycle_event');
  return { ...env, ...more };
}

/** Stands in for a Kafka and a registry where a test is about PostgreSQL only: enough to be taken for existing parts. */
export interface Placeholders {
  env: { KAFKA_BROKERS: string; SCHEMA_REGISTRY_URL: string };
  close(): void;
}

export async function openPlaceholders(): Promise<Placeholders> {
  const kafka = createServer((socket) => socket.on('error', () => undefined));
  const registry = createHttpServer((_request, response) => response.end('[]'));
  const [kafkaPort, registryPort] = await Promise.all([listen(kafka), listen(registry)]);
  return {
    env: {
      KAFKA_BROKERS: `127.0.0.1:${kafkaPort}`,
      SCHEMA_REGISTRY_URL: `http://127.0.0.1:${registryPort}`,
    },
    close: () => {
      kafka.close();
      registry.close();
      registry.closeAllConnections();
    },
  };
}

export function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** The ids of all processes whose command line holds the text. */
export function processesWith(text: string): number[] {
  return commandLines()
    .filter(([pid, line]) => pid !== process.pid && line.includes(text))
    .map(([pid]) => pid);
}

function commandLines(): [number, string][] {
  if (process.platform !== 'linux') {
    const lines = execFileSync('ps', ['-axo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
    return lines.map((line) => [Number.parseInt(line, 10), line]);
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), commandLine(name)]);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // Ended meanwhile.
  }
}

/** Waits for a condition; fails with what it was at the deadline. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  what: string,
  ms = 90_000,
): Promise<void> {
  const deadline = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Not within ${ms} ms: ${what}`);
    await sleep(25);
  }
}
