import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Variables } from '../dev/demo/programs.js';
import { run } from '../src/cli/run.js';

/**
 * Runs a command of `capture-worker` in this process: a run of a few seconds can't wait for three programs to start. Throws with its output
 * if it fails; the output is kept in a log of the command's name.
 */
export async function runHere(folder: string, env: Variables, args: readonly string[]): Promise<void> {
  const lines: string[] = [];
  const keep = (text: string): void => {
    lines.push(text);
  };
  const code = await run(args, { env, cwd: folder, out: keep, err: keep, ask: null });
  const output = lines.join('');
  await appendFile(join(folder, `${args.slice(0, 2).join('-')}.log`), output);
  if (code !== 0)
    throw new Error(`capture-worker ${args.join(' ')} failed (exit code ${String(code)}):\n${output}`);
}
