import { CommanderError } from 'commander';
import { CaptureWorkerError, EXIT, messageOf } from '../errors.js';
import { redactText } from '../redact.js';
import { wantsDetails } from './command-log.js';
import type { Io } from './io.js';

/**
 * Tells an error in as few lines as it takes, with stacks only if the log level asks for details, and returns the exit code that it stands
 * for.
 */
export function tell(error: unknown, io: Pick<Io, 'env' | 'err'>): number {
  // Commander has told it already; asking for help is no error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  io.err(`${redactText(messageOf(error))}\n`);
  if (wantsDetails(io.env['CAPTURE_WORKER_LOG_LEVEL'])) io.err(`${redactText(stacksOf(error))}\n`);
  return error instanceof CaptureWorkerError ? error.exitCode : EXIT.unexpected;
}

function stacksOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const own = error.stack ?? String(error);
  return error.cause === undefined || error.cause === error
    ? own
    : `${own}\nCaused by: ${stacksOf(error.cause)}`;
}
