import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A program called npm that does what a test says, first on the PATH. */
export interface FakeNpm {
  /** A folder of the test's own. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Each call's arguments, one call a line. */
  calls(): Promise<string[]>;
  remove(): Promise<void>;
}

/** `script` is the shell script that stands in for npm; `$*` are its arguments. */
export async function fakeNpm(script: string): Promise<FakeNpm> {
  const folder = await mkdtemp(join(tmpdir(), 'fake-npm-'));
  const bin = join(folder, 'bin');
  const log = join(folder, 'calls');
  await mkdir(bin);
  await writeFile(log, '');
  await writeFile(join(bin, 'npm'), `#!/bin/sh\necho "$*" >> '${log}'\n${script}\n`, { mode: 0o755 });
  return {
    folder,
    env: { ...process.env, PATH: [bin, process.env['PATH']].join(delimiter) },
    calls: async () => (await readFile(log, 'utf8')).split('\n').filter((line) => line !== ''),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The script of an npm whose Node answers that it is of that version. */
export function answering(version: string, program = '/a/node'): string {
  return `echo '${JSON.stringify({ version, program })}'`;
}
