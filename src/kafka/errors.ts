import { CaptureWorkerError, messageOf } from '../errors.js';

/** The protocol's name for what went wrong, wherever in the chain of causes kafkajs has put it; null if the broker named nothing. */
export function protocolErrorOf(error: unknown): string | null {
  let link = error;
  for (let depth = 0; depth < 10 && link instanceof Error; depth += 1) {
    if ('type' in link && typeof link.type === 'string') return link.type;
    link = link.cause;
  }
  return null;
}

/** An error of kafkajs as LOG_UNAVAILABLE: `what` says what could not be done. */
export function logUnavailable(what: string, error: unknown): CaptureWorkerError {
  if (error instanceof CaptureWorkerError) return error;
  return new CaptureWorkerError('LOG_UNAVAILABLE', `${what}: ${messageOf(error)}`, { cause: error });
}

/** As `logUnavailable`, but TOPIC_MISSING if the brokers don't know the topic: at start that is no passing state. */
export function logUnusable(what: string, error: unknown): CaptureWorkerError {
  if (protocolErrorOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') {
    return new CaptureWorkerError(
      'TOPIC_MISSING',
      `${what}: a topic doesn't exist on these brokers; create it or correct the topic prefix`,
      { cause: error },
    );
  }
  return logUnavailable(what, error);
}

const LOST_MEMBERSHIP: ReadonlySet<string> = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'NOT_COORDINATOR_FOR_GROUP',
]);

/** Whether the error says that this process must join its group anew before it can go on. */
export function mustRejoin(error: unknown): boolean {
  const type = protocolErrorOf(error);
  return type !== null && LOST_MEMBERSHIP.has(type);
}
