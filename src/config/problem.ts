import { CaptureWorkerError } from '../errors.js';
import { printable } from '../printable.js';

/** One thing that is wrong with the configuration: where it stands, and what is wrong with it and mends it. Never holds a secret. */
export interface Problem {
  /** A variable's name, or a file with its line and key. */
  readonly place: string;
  readonly text: string;
}

/**
 * CONFIG_INVALID with all problems, one a line, so that nobody mends a configuration one start at a time. Keys and paths are repeated with
 * their control characters written out, so that a line stays one and no terminal obeys it.
 */
export class ConfigurationError extends CaptureWorkerError {
  readonly problems: readonly Problem[];

  constructor(found: readonly Problem[]) {
    const problems = found.map(({ place, text }) => ({ place: printable(place), text: printable(text) }));
    const lines = problems.map(({ place, text }) => `  ${place}: ${text}`);
    const count = problems.length === 1 ? 'a problem' : `${String(problems.length)} problems`;
    super('CONFIG_INVALID', [`The configuration has ${count}:`, ...lines].join('\n'));
    this.problems = problems;
  }
}

/** A key of somebody's file in an error text: cut, so that a pasted file can't flood the terminal. */
export function cut(key: string): string {
  return key.length > MOST_OF_A_KEY ? `${key.slice(0, MOST_OF_A_KEY)}…` : key;
}

const MOST_OF_A_KEY = 64;
