import type { Logger } from 'pino';
import { destination } from 'pino';
import type { LogLevel } from '../config/variables.js';
import { createLogger } from '../log.js';

/**
 * The logger of a command that isn't the worker: silent, since such a command ends with its result or one clear error, unless details
 * were asked for. Never on standard output, which belongs to the result.
 */
export function commandLog({ logLevel, workerId }: { logLevel: LogLevel; workerId: string }): Logger {
  const level = wantsDetails(logLevel) ? logLevel : 'silent';
  return createLogger({ level, workerId, destination: destination({ dest: 2, sync: true }) });
}

export function wantsDetails(level: string | undefined): boolean {
  return level === 'debug' || level === 'trace';
}
