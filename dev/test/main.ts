import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { packageRoot } from '../../src/package-root.js';
import { complain } from '../stack/complain.js';
import { createProgressDisplay } from '../stack/progress-display.js';
import type { Stack } from '../stack/start.js';
import { startStack } from '../stack/start.js';
import { toldToStop } from '../watchdog/told-to-stop.js';

/**
 * The test command: format, lint and types beside the start of the local stack, then all tests on it. The build that runs before it is
 * the type check. Test files are listed from the sources, so that a test whose source is gone can't go on running from an old build. Those
 * named `.full.test.ts` take a minute or more each, and are run by `--full`, or when a filter names them.
 */
interface Options {
  readonly unit: boolean;
  readonly full: boolean;
  readonly concurrency: string;
}

const program = new Command('npm test --')
  .description('Checks format, lint and types, starts the local stack and runs the tests on it.')
  .argument('[filter...]', 'run only test files whose path contains one of these, without the checks')
  .option('--unit', 'run only the unit tests, without a stack', false)
  .option(
    '--full',
    'run the long tests too, and give those of many cases all of them: 10,000 callbacks, 100,000 requests, a million rows',
    false,
  )
  .option('--concurrency <files>', 'how many test files run at once', '3')
  .parse();
const options = program.opts<Options>();
const filters = program.args;
const root = packageRoot();

const stopping = toldToStop(process.env);

process.exitCode = await main();

async function main(): Promise<number> {
  const files = testFiles();
  if (files.length === 0) {
    process.stderr.write(`no test file matches ${filters.join(', ')}\n`);
    return 1;
  }
  const needsStack = files.some((file) => file.includes('/integration/'));
  const checks =
    filters.length > 0 || options.unit
      ? []
      : [check('format', 'prettier', '--check', '.'), check('lint', 'eslint', '--max-warnings', '0', '.')];
  try {
    const [stack, checked] = await Promise.all([needsStack ? start() : null, Promise.all(checks)]);
    try {
      const code = await runTests(files, stack);
      // Repeated at the end, where it is seen.
      for (const { name, passed } of checked) if (!passed) say(`FAILED: ${name} (see above)`);
      return checked.every(({ passed }) => passed) ? code : Math.max(code, 1);
    } finally {
      await stack?.stop();
    }
  } catch (error) {
    complain(error);
    return 1;
  }
}

function start(): Promise<Stack> {
  // A line a step, on a terminal too: the checks' lines come in between.
  const { listener } = createProgressDisplay({ write: (text) => process.stderr.write(text) });
  return startStack({ env: process.env, progress: listener, signal: stopping });
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function testFiles(): string[] {
  const folder = options.unit ? 'test/unit' : 'test';
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => options.full || filters.length > 0 || !file.endsWith('.full.test.ts'))
    .map((file) => `dist/${folder}/${file.replace(/\.ts$/, '.js')}`)
    .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)))
    .sort();
}

interface Checked {
  readonly name: string;
  readonly passed: boolean;
}

/** Runs one of the checks, silent when it passes. */
async function check(name: string, tool: string, ...args: string[]): Promise<Checked> {
  const begun = performance.now();
  const child = spawn(process.execPath, [join(root, 'node_modules/.bin', tool), ...args], { cwd: root });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  say(`${code === 0 ? 'passed' : 'FAILED'}: ${name} (${seconds} s)`);
  if (code !== 0) process.stderr.write(Buffer.concat(output));
  return { name, passed: code === 0 };
}

/** The tests are a process group of their own, ended with all their children when we are told to stop, or die. */
async function runTests(files: readonly string[], stack: Stack | null): Promise<number> {
  const args = ['--test', `--test-concurrency=${options.concurrency}`, '--test-reporter=spec', ...files];
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...stack?.env, ...(options.full ? { TEST_FULL: '1' } : {}) },
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  const { pid } = child;
  if (pid !== undefined) {
    await stack?.guard.addProcess(pid, { signal: 'SIGKILL' });
    stopping.addEventListener('abort', () => {
      process.kill(-pid, 'SIGKILL');
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (pid !== undefined) await stack?.guard.removeProcess(pid);
  return code ?? 1;
}
