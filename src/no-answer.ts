import { messageOf } from './errors.js';

/** Why an HTTP request that was given `timeoutMs` got no answer, in a few words. */
export function whyNoAnswer(error: unknown, timeoutMs: number): string {
  if (error instanceof Error && error.name === 'TimeoutError') return `none within ${String(timeoutMs)} ms`;
  // A name with several addresses fails with an error that has no message, only a code.
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no reason given';
  return messageOf(error) || code;
}
