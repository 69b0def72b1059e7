import { userInfo } from 'node:os';
import { InvalidArgumentError } from 'commander';
import { printable } from '../printable.js';
import type { Io } from './io.js';

/**
 * Reads an option that a person writes for other people, and that is kept: text of one line with something in it, of at most so many
 * characters. Spaces around it go.
 */
export function wordsOption(most: number): (text: string) => string {
  return (text) => {
    const words = text.trim();
    if (words === '') throw new InvalidArgumentError('It must not be blank.');
    if (words.length > most)
      throw new InvalidArgumentError(
        `It has ${String(words.length)} characters, and at most ${String(most)} are kept: say it in fewer.`,
      );
    if (printable(words) !== words)
      throw new InvalidArgumentError('It must be one line of text without control characters.');
    return words;
  };
}

/** The longest `--reason`. */
export const MOST_REASON = 500;
/** The longest `--by`. */
export const MOST_BY = 100;

/** Who acts, unless `--by` says it: the user of the operating system; null if that has no name that could be kept. */
export function userOf({ env }: Pick<Io, 'env'>): string | null {
  for (const name of [env['USER'], env['LOGNAME'], systemUser()]) {
    const words = name?.trim() ?? '';
    if (words !== '' && words.length <= MOST_BY && printable(words) === words) return words;
  }
  return null;
}

/** A user id without an entry in the system's list has no name, and asking for it throws. */
function systemUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
