import type { ErrorCode } from '../errors.js';
import { CaptureWorkerError, messageOf } from '../errors.js';
import { tlsFault } from '../tls.js';

/** The protocol's name for what went wrong, wherever in the chain of causes kafkajs has put it; null if the broker named nothing. */
export function protocolErrorOf(error: unknown): string | null {
  for (const link of chainOf(error)) if ('type' in link && typeof link.type === 'string') return link.type;
  return null;
}

/** An error with what caused it, and what caused that. */
function chainOf(error: unknown): Error[] {
  const links: Error[] = [];
  let link = error;
  while (link instanceof Error && links.length < 10) {
    links.push(link);
    link = link.cause;
  }
  return links;
}

/** What to look at when no broker answers: one that wants TLS or a login and gets none just closes the connection, or says nothing. */
export const KAFKA_AWAY_REMEDY =
  'check that Kafka runs, that KAFKA_BROKERS names it, and that KAFKA_TLS and KAFKA_SASL_MECHANISM are as it wants them';

/**
 * An error of kafkajs in our words: `what` says what could not be done, `trouble` what is known of the connections. LOG_ACCESS_REFUSED
 * if the brokers refuse the login or the right, TLS_FAILED if there was no encrypted connection, else LOG_UNAVAILABLE. Names the settings
 * to look at, unless a broker has answered and they are right.
 */
export function logUnavailable(
  what: string,
  error: unknown,
  trouble: Error | null = null,
): CaptureWorkerError {
  if (error instanceof CaptureWorkerError) return error;
  const as = (code: ErrorCode, why: string): CaptureWorkerError =>
    new CaptureWorkerError(code, `${what}: ${why}`, { cause: error });
  const said = messageOf(error);
  const own = [...chainOf(error), ...chainOf(trouble)].find((link) => link instanceof CaptureWorkerError);
  if (own !== undefined) return as(own.code, own.message);
  const fault = tlsFault(error) ?? tlsFault(trouble);
  if (fault !== null) return as('TLS_FAILED', `no TLS with the broker: ${fault}; ${TLS_REMEDY}`);
  const remedy = remedyOf(error);
  if (remedy !== null) return as('LOG_ACCESS_REFUSED', `${said}; ${remedy}`);
  const more = trouble === null || said.includes(trouble.message) ? '' : ` (${trouble.message})`;
  const settings = protocolErrorOf(error) === null ? `; ${KAFKA_AWAY_REMEDY}` : '';
  return as('LOG_UNAVAILABLE', `${said}${more}${settings}`);
}

const TLS_REMEDY =
  'check KAFKA_TLS, KAFKA_TLS_CA_FILE, KAFKA_TLS_CERT_FILE and the names of the brokers in KAFKA_BROKERS';

/** What mends a refusal by the brokers; null if the error is none. */
function remedyOf(error: unknown): string | null {
  const type = protocolErrorOf(error) ?? '';
  if (type.endsWith('_AUTHORIZATION_FAILED'))
    return 'the cluster must allow this user to read and write these topics and to join this group';
  if (type === NO_LOGIN_HERE)
    return 'no login is asked for on that port: unset KAFKA_SASL_MECHANISM, or name a port with a login in KAFKA_BROKERS';
  return refusesLogin(error) ? 'check KAFKA_SASL_MECHANISM and the credentials that belong to it' : null;
}

/** What a broker says to a login on a listener that has none. */
const NO_LOGIN_HERE = 'ILLEGAL_SASL_STATE';

/** Whether the brokers refuse the login: as such, its mechanism, or its credentials. */
export function refusesLogin(error: unknown): boolean {
  const type = protocolErrorOf(error);
  return (
    type === NO_LOGIN_HERE ||
    type === 'UNSUPPORTED_SASL_MECHANISM' ||
    chainOf(error).some(({ name }) => name === 'KafkaJSSASLAuthenticationError')
  );
}

/** What brokers say of records that they will never take, however often they are offered. */
const REFUSED_DATA: ReadonlySet<string> = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TIMESTAMP',
]);

/**
 * As `logUnavailable`, but LOG_REFUSED_DATA if a record is at fault, or several together: then the same append fails again. That a topic
 * is missing, which `what` names, ends when somebody creates it.
 */
export function notAppended(what: string, error: unknown, trouble: Error | null = null): CaptureWorkerError {
  const type = protocolErrorOf(error);
  if (type === 'UNKNOWN_TOPIC_OR_PARTITION') {
    return new CaptureWorkerError(
      'LOG_UNAVAILABLE',
      `${what}: there is no such topic on these brokers; run \`capture-worker topics create\`, which leaves those that are there as they are`,
      { cause: error },
    );
  }
  if (type === null || !REFUSED_DATA.has(type)) return logUnavailable(what, error, trouble);
  return new CaptureWorkerError('LOG_REFUSED_DATA', `${what}: ${messageOf(error)} (${type})`, {
    cause: error,
  });
}

/**
 * As `logUnavailable`, but TOPIC_MISSING if the brokers don't know the topic, which `what` names: at start that is no passing state.
 */
export function logUnusable(what: string, error: unknown, trouble: Error | null = null): CaptureWorkerError {
  if (protocolErrorOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') {
    return new CaptureWorkerError(
      'TOPIC_MISSING',
      `${what}: there is no such topic on these brokers; run \`capture-worker topics create\`, or correct CAPTURE_WORKER_TOPIC_PREFIX`,
      { cause: error },
    );
  }
  return logUnavailable(what, error, trouble);
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
