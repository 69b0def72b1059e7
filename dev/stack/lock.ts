import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { isAlive, processEntry } from '../watchdog/process-table.js';

/** Who holds a lock file. */
interface Holder {
  pid: number;
  startedAt: string;
}

/** Takes the lock and returns true, or false if a living process has it. A dead holder's lock is taken over. */
export async function tryLock(path: string): Promise<boolean> {
  if (await create(path)) return true;
  const holder = await holderOf(path);
  if (holder !== undefined && isHeld(holder)) return false;
  // Moved aside and looked at again before it is removed: between our look and the move another may have taken it.
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
  } catch {
    return create(path);
  }
  const moved = await holderOf(aside);
  if (moved !== undefined && isHeld(moved)) {
    await rename(aside, path);
    return false;
  }
  await rm(aside, { force: true });
  return create(path);
}

export async function unlock(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** The process that holds the lock now, if any. */
export async function lockedBy(path: string): Promise<number | undefined> {
  const holder = await holderOf(path);
  return holder !== undefined && isHeld(holder) ? holder.pid : undefined;
}

/** The file appears with its holder's name in it or not at all: an empty one would look abandoned. */
async function create(path: string): Promise<boolean> {
  const draft = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  const holder: Holder = { pid: process.pid, startedAt: processEntry(process.pid)?.startedAt ?? '' };
  await writeFile(draft, JSON.stringify(holder));
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Undefined if there is no lock, or none that can be read. */
async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

function isHeld({ pid, startedAt }: Holder): boolean {
  return isAlive(pid) && (processEntry(pid)?.startedAt ?? '') === startedAt;
}
