import { execFile } from 'node:child_process';
import { access, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { OtherBuild, Variables } from '../dev/demo/programs.js';
import { packageRoot } from '../src/package-root.js';

const run = promisify(execFile);

/** Another version of the worker, or what stands for one. */
export interface Build extends OtherBuild {
  readonly settings: Variables;
  /** What precisely it is. */
  readonly says: string;
}

/** What a worker is made of. */
const WORKER = ['src', 'consumers', 'producers', 'schemas', 'migrations'];

/**
 * The worker as it was before the last commit that changed it, compiled once and kept by its commit. Where there is no history, it is this
 * build under other settings, and says so.
 */
export async function earlierBuild(signal: AbortSignal): Promise<Build> {
  const root = packageRoot();
  const commit = await commitBefore(root, signal);
  if (commit === null) return sameBuild(root);
  const folder = join(root, '.cache', 'prove', commit.id);
  if (!(await isThere(join(folder, 'dist')))) await compile(root, commit.id, folder, signal);
  const says = `this build beside that of commit ${commit.id.slice(0, 7)} (${commit.subject})`;
  return { folder, unknown: await newSettings(root, folder), settings: {}, says };
}

function sameBuild(folder: string): Build {
  const settings = {
    CAPTURE_WORKER_BATCH_SIZE: '5',
    CAPTURE_WORKER_MAX_IN_FLIGHT: '20',
    CAPTURE_WORKER_COMMIT_INTERVAL: '100ms',
    CAPTURE_WORKER_QUIET_PERIOD: '1s',
  };
  const says = `no earlier commit could be had: this build beside itself with ${JSON.stringify(settings)}`;
  return { folder, unknown: [], settings, says };
}

interface Commit {
  readonly id: string;
  readonly subject: string;
}

/** Null if there is no history, or nothing in it before the worker as it is. */
async function commitBefore(root: string, signal: AbortSignal): Promise<Commit | null> {
  const args = ['log', '-2', '--format=%H %s', 'HEAD', '--', ...WORKER];
  try {
    const { stdout } = await run('git', args, { cwd: root, signal });
    const [, before] = stdout.trim().split('\n');
    if (before === undefined) return null;
    const at = before.indexOf(' ');
    return { id: before.slice(0, at), subject: before.slice(at + 1) };
  } catch (error) {
    if (signal.aborted) throw error;
    return null;
  }
}

/** The folder appears under its name only when all is compiled. */
async function compile(root: string, commit: string, folder: string, signal: AbortSignal): Promise<void> {
  const draft = `${folder}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  const archive = join(draft, 'commit.tar');
  await run('git', ['archive', '--output', archive, commit], { cwd: root, signal });
  await run('tar', ['-xf', archive, '-C', draft], { signal });
  await symlink(join(root, 'node_modules'), join(draft, 'node_modules'));
  const project = { extends: './tsconfig.json', include: ['src', 'consumers', 'producers'] };
  await writeFile(join(draft, 'tsconfig.worker.json'), JSON.stringify(project));
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  await run(process.execPath, [compiler, '--project', 'tsconfig.worker.json'], { cwd: draft, signal });
  await rename(draft, folder);
}

/** The settings that came since. */
async function newSettings(root: string, folder: string): Promise<readonly string[]> {
  const [ours, theirs] = await Promise.all([settingsOf(root), settingsOf(folder)]);
  return ours.filter((name) => !theirs.includes(name));
}

/** The example of an environment names each setting once; a test sees to it. */
async function settingsOf(folder: string): Promise<readonly string[]> {
  const text = await readFile(join(folder, '.env.example'), 'utf8');
  return [...text.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name = '']) => name);
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
