import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { StackError } from './errors.js';

const MB = 1024 * 1024;

/** Free space in MiB for us on the file system that the folder is or will be on. */
export async function freeMegabytes(folder: string): Promise<number> {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  return Math.floor((bavail * bsize) / MB);
}

/** An error if the folder's file system has less than that many MiB free, where `remedy` says what to do besides making room. */
export async function lackOfSpace(
  folder: string,
  neededMb: number,
  what: string,
  remedy: string,
): Promise<StackError | undefined> {
  const free = await freeMegabytes(folder);
  if (free >= neededMb) return undefined;
  return new StackError(
    'STACK_NO_SPACE',
    `${what} needs ${neededMb} MB in ${folder}, and ${free} MB are free: make room, or ${remedy}.`,
  );
}
