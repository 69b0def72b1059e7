import { CaptureWorkerError } from '../errors.js';

/** One thing that is wrong with the configuration: where it stands, and what is wrong with it and mends it. Never holds a secret. */
export interface Problem {
  /** A variable's name, or a file with its line and key. */
  readonly place: string;
  readonly text: string;
}

/** CONFIG_INVALID with all problems, one a line, so that nobody mends a configuration one start at a time. */
export class ConfigurationError extends CaptureWorkerError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const lines = problems.map(({ place, text }) => `  ${place}: ${text}`);
    const count = problems.length === 1 ? 'a problem' : `${String(problems.length)} problems`;
    super('CONFIG_INVALID', [`The configuration has ${count}:`, ...lines].join('\n'));
    this.problems = problems;
  }
}

/** A value in an error text: quoted, and cut so that a pasted file can't flood the terminal. Never for secrets. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
}
