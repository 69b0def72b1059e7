import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import type { Guard } from '../watchdog/guard.js';
import { endGroups } from '../watchdog/kill.js';
import type { FoundNode } from './npm-answer.js';
import type { Part } from './parts.js';
import { decodeTestimonies, judge, withWitness, type Verdict } from './testimony.js';

export interface RunOptions {
  readonly node: FoundNode;
  /** The major version that every process must testify to. */
  readonly major: number;
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  /** The file that the processes testify in; made anew. */
  readonly file: string;
  readonly guard: Guard;
  /** Ends the run, in order. */
  readonly signal: AbortSignal;
}

export interface Outcome extends Verdict {
  /** How the program ended ("exit code 1", "SIGKILL"). */
  readonly how: string;
  readonly seconds: number;
}

/** Twice what the demo gives its worker to finish what it has begun. */
const GRACE_MS = 60_000;

/** Runs a part on that Node, its output being ours, and hears what all of its processes testify. */
export async function runPart(part: Part, options: RunOptions): Promise<Outcome> {
  const begun = performance.now();
  await writeFile(options.file, '');
  const how = await runToEnd(part, options);
  const seconds = (performance.now() - begun) / 1000;
  const testimonies = decodeTestimonies(await readFile(options.file, 'utf8'));
  const verdict = judge(testimonies, {
    version: options.node.version,
    mustRun: part.mustRun,
    root: options.root,
  });
  return { ...verdict, how, seconds };
}

/** The program leads a process group of its own: a Ctrl-C in the terminal reaches us, and it is asked to end by us. */
async function runToEnd(part: Part, options: RunOptions): Promise<string> {
  const { node, root, guard, signal } = options;
  const [program, ...args] = part.command;
  const child = spawn(node.program, [join(root, program), ...args], {
    cwd: root,
    env: environmentFor(options),
    stdio: ['ignore', 'inherit', 'inherit'],
    detached: true,
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => {
      resolve(error.message);
    });
    child.once('exit', (code, by) => {
      resolve(by ?? `exit code ${String(code)}`);
    });
  });
  const { pid } = child;
  if (pid === undefined) return ended;
  const asked = { signal: 'SIGTERM', graceMs: GRACE_MS } as const;
  await guard.addProcess(pid, asked);
  const stop = (): void => void endGroups([{ pid, ...asked }]);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  try {
    return await ended;
  } finally {
    signal.removeEventListener('abort', stop);
    await guard.removeProcess(pid);
  }
}

/** As on a machine that has that Node only, with a witness in every process of Node. */
function environmentFor({ node, major, env, file }: RunOptions): NodeJS.ProcessEnv {
  const witness = new URL('witness.js', import.meta.url).href;
  const own = {
    ...env,
    PATH: [dirname(node.program), env['PATH']].join(delimiter),
    NODE_OPTIONS: withWitness(env['NODE_OPTIONS'], witness, { major, file, aloud: true }),
  };
  // Set where we run in a test ourselves: it would make the test runner pass without running a single test.
  Reflect.deleteProperty(own, 'NODE_TEST_CONTEXT');
  return own;
}
