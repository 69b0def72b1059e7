import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../src/package-root.js';

const run = promisify(execFile);

export interface DemoRun {
  /** The last line. */
  readonly result: Readonly<Record<string, unknown>>;
  /** What it said meanwhile. */
  readonly said: string;
}

/**
 * Runs the compiled demo to its end, on the stack of this test run, with its files in `folder`. Rejects with `code` and `stderr` if its
 * exit code isn't 0.
 */
export async function runDemo(args: readonly string[], folder = tmpdir()): Promise<DemoRun> {
  return runCompiled('dev/demo/main.js', args, folder);
}

/** The same with another program whose last line is JSON. */
export async function runCompiled(
  program: string,
  args: readonly string[],
  folder = tmpdir(),
): Promise<DemoRun> {
  const main = join(packageRoot(), 'dist', program);
  const { stdout, stderr } = await run(process.execPath, [main, ...args], {
    env: { ...process.env, TMPDIR: folder },
  });
  const result = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
  return { result, said: stderr };
}
