import { randomBytes } from 'node:crypto';
import { access, chmod, constants, mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Guard } from '../watchdog/guard.js';
import type { RunAs } from './crew.js';
import { lackOfSpace } from './disk-space.js';
import { messageOf, StackError } from './errors.js';
import { lockedBy, tryLock, unlock } from './lock.js';
import { failureAs } from './run-as.js';

const NEEDED_MB = 500;
const OTHER_FOLDERS = ['/tmp', '/var/tmp'];
const ENTER = 'cd "$1"';

export interface DataFolder {
  path: string;
  /** Whether it outlives the stack. */
  kept: boolean;
  /** Removes the folder, or only our lock on a kept one. */
  release(): Promise<void>;
}

export interface DataFolderOptions {
  /** A folder to keep the data in; without one it is a temporary one, removed with the stack. */
  keepIn: string | undefined;
  /** A user who must be able to enter it too. */
  runAs: RunAs | undefined;
  guard: Guard;
}

/** Throws STACK_DATA_FOLDER or STACK_NO_SPACE. */
export async function openDataFolder(options: DataFolderOptions): Promise<DataFolder> {
  return options.keepIn === undefined ? temporary(options) : kept(resolve(options.keepIn), options);
}

async function kept(path: string, { runAs }: DataFolderOptions): Promise<DataFolder> {
  const made = await makeFolder(path, runAs);
  try {
    await requireUsable(path, runAs);
  } catch (error) {
    if (made !== undefined) await rm(made, { recursive: true });
    throw error;
  }
  const lock = join(path, 'stack.lock');
  if (!(await tryLock(lock))) {
    throw new StackError(
      'STACK_DATA_FOLDER',
      `A running stack (process ${(await lockedBy(lock)) ?? 'unknown'}) has the data folder ${path}: stop it or choose another folder.`,
    );
  }
  return { path, kept: true, release: () => unlock(lock) };
}

/** The topmost folder that had to be made, if any. */
async function makeFolder(path: string, runAs: RunAs | undefined): Promise<string | undefined> {
  try {
    const made = await mkdir(path, { recursive: true });
    if (made !== undefined) await chmod(path, modeFor(runAs));
    return made;
  } catch (cause) {
    throw new StackError(
      'STACK_DATA_FOLDER',
      `The data folder can't be made (${messageOf(cause)}): choose another.`,
      {
        cause,
      },
    );
  }
}

async function requireUsable(path: string, runAs: RunAs | undefined): Promise<void> {
  try {
    await access(path, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new StackError(
      'STACK_DATA_FOLDER',
      `Nothing can be written to ${path} (${messageOf(cause)}): choose another.`,
      {
        cause,
      },
    );
  }
  const failure = await failureAs(runAs, ENTER, [path]);
  if (failure !== undefined) {
    throw new StackError(
      'STACK_DATA_FOLDER',
      `PostgreSQL runs as ${runAs?.name ?? 'you'}, who can't enter ${path} (${failure}): choose a data folder below ` +
        'folders that everybody may pass (chmod o+x), or start this as another user than root.',
    );
  }
  const noSpace = await lackOfSpace(path, NEEDED_MB, 'The stack', 'choose another data folder');
  if (noSpace) throw noSpace;
}

async function temporary({ runAs, guard }: DataFolderOptions): Promise<DataFolder> {
  const refusals: StackError[] = [];
  for (const parent of new Set([tmpdir(), ...OTHER_FOLDERS])) {
    const refusal = await refusalOf(parent, runAs);
    if (refusal === undefined) return make(parent, runAs, guard);
    refusals.push(refusal);
  }
  throw (
    refusals[0] ?? new StackError('STACK_DATA_FOLDER', 'There is no temporary folder: set TMPDIR to one.')
  );
}

/** Why a temporary folder can't be made there. */
async function refusalOf(parent: string, runAs: RunAs | undefined): Promise<StackError | undefined> {
  try {
    await access(parent, constants.W_OK | constants.X_OK);
  } catch (cause) {
    return new StackError(
      'STACK_DATA_FOLDER',
      `No folder can be made in ${parent} (${messageOf(cause)}): set TMPDIR to a folder where one can.`,
      { cause },
    );
  }
  const failure = await failureAs(runAs, ENTER, [parent]);
  if (failure !== undefined) {
    return new StackError(
      'STACK_DATA_FOLDER',
      `The temporary folder ${parent} can't be entered by ${runAs?.name ?? 'you'} (${failure}): set TMPDIR to one that can.`,
    );
  }
  return lackOfSpace(parent, NEEDED_MB, 'The stack', 'set TMPDIR to another folder');
}

async function make(parent: string, runAs: RunAs | undefined, guard: Guard): Promise<DataFolder> {
  const path = join(parent, `capture-stack-${randomBytes(6).toString('hex')}`);
  // Told before it is made: if we die in between, nothing stays.
  await guard.addFolder(path);
  await mkdir(path, { mode: 0o700 });
  await chmod(path, modeFor(runAs));
  return {
    path,
    kept: false,
    release: async () => {
      await rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
      await guard.removeFolder(path);
    },
  };
}

/** Somebody else's program passes through, but can't list. */
function modeFor(runAs: RunAs | undefined): number {
  return runAs === undefined ? 0o700 : 0o711;
}
