import type { Stats } from 'node:fs';
import { readFileSync, statSync } from 'node:fs';

/** A file's text, or why it can't be had, in words. */
export type TextRead =
  | { readonly text: string }
  /** `isThere`: something is at the path, whatever is wrong with it. */
  | { readonly unreadable: string; readonly isThere: boolean };

/** 1 MiB: far above any accounts file or key, and little enough to be read whole and in no time. */
const MOST_BYTES = 1024 * 1024;

/**
 * Reads a regular file, or what a link leads to, of at most 1 MiB as UTF-8, without the mark that some editors put before it. Looks at what
 * it is first: a pipe or a device could keep us reading for ever.
 */
export function readTextFile(path: string): TextRead {
  let bytes: Buffer;
  let isThere = false;
  try {
    const stats = statSync(path);
    isThere = true;
    const why = unfit(stats);
    if (why !== null) return { unreadable: why, isThere };
    bytes = readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return { unreadable: WORDS[code] ?? code, isThere };
  }
  if (isUtf16(bytes)) return { unreadable: 'it is UTF-16: save it as UTF-8', isThere };
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { unreadable: NO_UTF_8, isThere };
  }
}

/** Decoded all the same, a password would silently become another one. */
const NO_UTF_8 =
  'it is not UTF-8: save text as UTF-8, and give keys and certificates as PEM, not in their binary form (DER, PKCS#12)';

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  ENOTDIR: 'part of its path is not a folder',
  ENAMETOOLONG: 'its path is too long',
  ELOOP: 'its links lead in a circle',
};

/** Why a thing at a path can't be read as a file of ours; null if it can. */
function unfit(stats: Stats): string | null {
  if (stats.isDirectory()) return 'it is a folder';
  if (stats.isFIFO()) return 'it is a pipe: give a file';
  if (stats.isSocket()) return 'it is a socket: give a file';
  if (!stats.isFile()) return 'it is a device: give a file';
  if (stats.size <= MOST_BYTES) return null;
  return `it has ${String(stats.size)} bytes, and at most ${String(MOST_BYTES)} (1 MiB) are read: is it the right file?`;
}

/** As Windows writes it, with its mark or without: in the plain letters that our files begin with, every other byte is 0. */
function isUtf16(bytes: Buffer): boolean {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return false;
  const isMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return isMark || (first === 0) !== (second === 0);
}
