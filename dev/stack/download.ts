import { createHash } from 'node:crypto';
import { access, constants, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Guard } from '../watchdog/guard.js';
import { isAlive } from '../watchdog/process-table.js';
import { messageOf, StackError } from './errors.js';
import { tryLock, unlock } from './lock.js';
import { pomOf, runMaven, type DownloadedPart, type MavenOptions } from './maven.js';
import { waitUntil } from './wait-until.js';

const MANIFEST = 'complete.json';
const LOCK_WAIT_MS = 15 * 60_000;

export interface DownloadOptions extends MavenOptions {
  guard: Guard;
}

/** Every file of a download with its size: a folder that doesn't match it isn't used. */
type Manifest = Record<string, number>;

/** The downloaded folder if it is there and whole. */
export async function cached(cacheDir: string, part: DownloadedPart): Promise<string | undefined> {
  const folder = await cacheFolder(cacheDir, part);
  return (await isWhole(folder)) ? join(folder, 'files') : undefined;
}

/**
 * The folder with the part's files, downloaded first unless it is there. A download appears under its final name only when it is whole,
 * so neither a killed one nor two at once can leave something half. Throws STACK_DOWNLOAD_FAILED.
 */
export async function download(part: DownloadedPart, options: DownloadOptions): Promise<string> {
  const found = await cached(options.cacheDir, part);
  if (found !== undefined) return found;
  const lock = join(options.cacheDir, 'download.lock');
  await makeCache(options.cacheDir);
  await waitUntil(
    async () => {
      if (await tryLock(lock)) return true;
      options.report({ part, step: 'downloading', detail: 'waiting for another download' });
      return false;
    },
    {
      deadlineMs: LOCK_WAIT_MS,
      everyMs: 200,
      signal: options.signal,
      onDeadline: () =>
        new StackError(
          'STACK_DOWNLOAD_FAILED',
          `Another process has been downloading for long: stop it, or remove ${lock} if there is none.`,
        ),
    },
  );
  try {
    return (await cached(options.cacheDir, part)) ?? (await downloadLocked(part, options));
  } finally {
    await unlock(lock);
  }
}

async function makeCache(cacheDir: string): Promise<void> {
  try {
    await mkdir(cacheDir, { recursive: true });
    await access(cacheDir, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new StackError(
      'STACK_DOWNLOAD_FAILED',
      `Downloads can't be kept in ${cacheDir} (${messageOf(cause)}): make it yours, or give another folder with --cache.`,
      { cause },
    );
  }
}

async function downloadLocked(part: DownloadedPart, options: DownloadOptions): Promise<string> {
  const { cacheDir, guard } = options;
  await removeAbandoned(cacheDir);
  const staging = join(cacheDir, `staging-${process.pid}-${part}`);
  await guard.addFolder(staging);
  try {
    await mkdir(staging);
    await runMaven(part, staging, options);
    await writeFile(join(staging, MANIFEST), JSON.stringify(await listFiles(staging)));
    await rm(join(staging, 'repository'), { recursive: true, force: true });
    const folder = await cacheFolder(cacheDir, part);
    await rm(folder, { recursive: true, force: true });
    await rename(staging, folder);
    return join(folder, 'files');
  } finally {
    await rm(staging, { recursive: true, force: true });
    await guard.removeFolder(staging);
  }
}

/** Named by the pom's content: another version is another folder. */
async function cacheFolder(cacheDir: string, part: DownloadedPart): Promise<string> {
  const digest = createHash('sha256')
    .update(await readFile(pomOf(part)))
    .digest('hex');
  return join(cacheDir, `${part}-${digest.slice(0, 12)}`);
}

async function isWhole(folder: string): Promise<boolean> {
  try {
    const manifest = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')) as Manifest;
    const sizes = await Promise.all(
      Object.entries(manifest).map(async ([file, size]) => (await stat(join(folder, file))).size === size),
    );
    return sizes.length > 0 && !sizes.includes(false);
  } catch {
    return false;
  }
}

async function listFiles(folder: string): Promise<Manifest> {
  const entries = await readdir(join(folder, 'files'), { recursive: true, withFileTypes: true });
  const manifest: Manifest = {};
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    manifest[path.slice(folder.length + 1)] = (await stat(path)).size;
  }
  return manifest;
}

/** What killed downloads left, when even their watchdog was killed. */
async function removeAbandoned(cacheDir: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    const pid = /^staging-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || (Number(pid) !== process.pid && isAlive(Number(pid)))) continue;
    await rm(join(cacheDir, name), { recursive: true, force: true });
  }
}
