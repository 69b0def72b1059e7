import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { packageRoot } from '../../src/package-root.js';
import { eventually } from './eventually.js';

/** An example running as a process of its own. */
export interface ExampleProcess {
  /** What it has written to standard output and to standard error so far. */
  out(): string;
  err(): string;
  /** Waits until its output has this; fails if it ends before. */
  said(text: string): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** Starting a process and joining a group takes its time where many do so at once. */
const WITHIN_MS = 60_000;

/** Starts `dist/examples/<name>/main.js`. It is killed at the latest when the test ends. */
export function startExample(
  t: TestContext,
  name: 'ledger' | 'customer-messages',
  env: Readonly<Record<string, string | undefined>>,
  args: readonly string[] = [],
): ExampleProcess {
  const main = join(packageRoot(), 'dist', 'examples', name, 'main.js');
  // In another folder than the package's, since it must run anywhere.
  const child = spawn(process.execPath, [main, ...args], {
    env,
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  let running = true;
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      running = false;
      resolve(signal ?? code ?? -1);
    });
  });
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    out: () => out,
    err: () => err,
    said: (text) =>
      eventually(
        `the process says ${text}`,
        () => {
          if (out.includes(text)) return true;
          if (!running) throw new Error(`it ended without saying ${text}:\n${out}${err}`);
          return false;
        },
        WITHIN_MS,
      ),
    signal: (signal) => child.kill(signal),
    ended,
  };
}
