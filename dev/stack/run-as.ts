import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { RunAs } from './crew.js';
import { messageOf, StackError } from './errors.js';

const run = promisify(execFile);
// The first that exists. Neither is created: the machine's list of users is not ours to change.
const CANDIDATES = ['postgres', 'nobody'];

/** PostgreSQL refuses to run as root: whom it runs as then, and undefined if we aren't root. Throws STACK_NO_POSTGRES. */
export async function postgresUser(): Promise<RunAs | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of CANDIDATES) {
    const [uid, gid] = await Promise.all([idOf('-u', name), idOf('-g', name)]);
    if (uid !== undefined && gid !== undefined) return { name, uid, gid };
  }
  throw new StackError(
    'STACK_NO_POSTGRES',
    'PostgreSQL does not run as root, and there is no user "postgres" or "nobody" to run it as: ' +
      'start this as another user, or set DATABASE_URL to an existing database.',
  );
}

async function idOf(option: '-u' | '-g', name: string): Promise<number | undefined> {
  try {
    const id = Number((await run('id', [option, name])).stdout);
    return Number.isInteger(id) ? id : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Tries a shell script as that user, from the root folder, and returns what it says if it fails. Trying is the only sure way: whether a
 * user can reach a folder depends on modes, access lists, mount options and what the container allows.
 */
export async function failureAs(
  user: RunAs | undefined,
  script: string,
  args: readonly string[],
): Promise<string | undefined> {
  try {
    await run('/bin/sh', ['-c', script, 'sh', ...args], {
      cwd: '/',
      ...(user && { uid: user.uid, gid: user.gid }),
    });
    return undefined;
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    return (said === '' ? messageOf(error) : said).split('\n')[0];
  }
}
