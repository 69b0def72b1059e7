import { messageOf, StackError } from './errors.js';

/** Tells people what went wrong, with the end of the failed program's log if there is one. */
export function complain(error: unknown): void {
  process.stderr.write(`${messageOf(error)}\n`);
  if (error instanceof StackError && error.logTail !== undefined) {
    process.stderr.write(`The end of its log:\n${error.logTail.replace(/^/gm, '  ')}\n`);
  }
}
