import { statSync } from 'node:fs';
import { parse, resolve, sep } from 'node:path';

/** In the place of a value that is not repeated, so that nobody looks for it. */
export const NOT_SHOWN = 'not shown, in case it is the secret itself';

/** More characters than a path has that people write: what is longer was pasted. */
const MOST_SHOWN = 255;

/**
 * Whether a path that leads to nothing can be repeated, since it can't be a secret that was written in the place of one: the folder that it
 * names is there. The root always is and tells nothing, and a bare word names none.
 */
export function namesAFolder(written: string, folder: string): boolean {
  const end = written.lastIndexOf(sep);
  if (end < 0 || written.length > MOST_SHOWN || /\p{Cc}/u.test(written)) return false;
  const path = resolve(folder, written.slice(0, end + 1));
  return path !== parse(path).root && isFolder(path);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
