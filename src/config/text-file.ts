import { readFileSync } from 'node:fs';

/** A file's text, or why it can't be had, in words. */
export type TextRead =
  | { readonly text: string }
  /** `isThere`: something is at the path, whatever is wrong with it. */
  | { readonly unreadable: string; readonly isThere: boolean };

/** Reads a file as UTF-8, without the mark that some editors put before it. */
export function readTextFile(path: string): TextRead {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return { unreadable: WORDS[code] ?? code, isThere: !NOT_THERE.has(code) };
  }
  if (isUtf16(bytes)) return { unreadable: 'it is UTF-16: save it as UTF-8', isThere: true };
  return { text: new TextDecoder().decode(bytes) };
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a folder',
  ENOTDIR: 'part of its path is not a folder',
};

/** What Node says of a path that leads to nothing, or that is none. */
const NOT_THERE: ReadonlySet<string> = new Set([
  'ENOENT',
  'ENOTDIR',
  'ENAMETOOLONG',
  'ELOOP',
  'ERR_INVALID_ARG_VALUE',
]);

/** As Windows writes it, with its mark or without: in the plain letters that our files begin with, every other byte is 0. */
function isUtf16(bytes: Buffer): boolean {
  const [first, second] = bytes;
  if (first === undefined || second === undefined) return false;
  const isMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return isMark || (first === 0) !== (second === 0);
}
