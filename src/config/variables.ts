import { z } from 'zod';
import { databaseUrl } from './database-url.js';
import { registryUrl, secureUrl } from './urls.js';
import { bearerToken, brokers, duration, oneOf, path, portOrOff, utcTime } from './values.js';
import { secret, text, wholeNumber, yesOrNo } from './values.js';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const SASL_MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'] as const;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const wait = duration({ min: 1, max: 24 * HOUR });
const kafkaName = text({
  without: /[^A-Za-z0-9._-]/,
  atMost: 200,
  allowed: 'letters, digits, dots, dashes and underscores',
});
const userName = text({ without: /\p{Cc}/u, atMost: 256, allowed: 'the name as the server knows it' });
const basicUser = text({
  without: /[\p{Cc}:]/u,
  atMost: 256,
  allowed: 'the user alone, and SCHEMA_REGISTRY_PASSWORD for the password',
});
const scopes = text({ without: /[^\x20-\x7e]/, atMost: 1_000, allowed: 'names separated by spaces' });
const address = text({
  without: /[^A-Za-z0-9.:_-]/,
  atMost: 253,
  allowed: 'a host name or an address',
});

/** Every variable. docs/configuration.md says what each means; a test holds the two and .env.example together. */
export const VARIABLES = z.object({
  KAFKA_BROKERS: brokers.optional(),
  KAFKA_TLS: yesOrNo.prefault('false'),
  KAFKA_TLS_CA_FILE: path.optional(),
  KAFKA_TLS_CERT_FILE: path.optional(),
  KAFKA_TLS_KEY_FILE: path.optional(),
  KAFKA_SASL_MECHANISM: oneOf(SASL_MECHANISMS).optional(),
  KAFKA_SASL_USERNAME: userName.optional(),
  KAFKA_SASL_PASSWORD: secret.optional(),
  KAFKA_SASL_PASSWORD_FILE: path.optional(),
  KAFKA_SASL_OAUTH_TOKEN_FILE: path.optional(),
  KAFKA_SASL_OAUTH_TOKEN_URL: secureUrl.optional(),
  KAFKA_SASL_OAUTH_CLIENT_ID: userName.optional(),
  KAFKA_SASL_OAUTH_CLIENT_SECRET: secret.optional(),
  KAFKA_SASL_OAUTH_CLIENT_SECRET_FILE: path.optional(),
  KAFKA_SASL_OAUTH_SCOPE: scopes.optional(),
  KAFKA_SASL_ALLOW_PLAINTEXT: yesOrNo.prefault('false'),

  SCHEMA_REGISTRY_URL: registryUrl.optional(),
  SCHEMA_REGISTRY_USERNAME: basicUser.optional(),
  SCHEMA_REGISTRY_PASSWORD: secret.optional(),
  SCHEMA_REGISTRY_PASSWORD_FILE: path.optional(),
  SCHEMA_REGISTRY_TOKEN: bearerToken.optional(),
  SCHEMA_REGISTRY_TOKEN_FILE: path.optional(),
  SCHEMA_REGISTRY_CA_FILE: path.optional(),
  SCHEMA_REGISTRY_ALLOW_PLAINTEXT: yesOrNo.prefault('false'),

  DATABASE_URL: databaseUrl.optional(),
  DATABASE_PASSWORD_FILE: path.optional(),

  CAPTURE_WORKER_ACCOUNTS_FILE: path.prefault('./accounts.yaml'),
  CAPTURE_WORKER_GROUP: kafkaName.prefault('capture-worker'),
  CAPTURE_WORKER_TOPIC_PREFIX: kafkaName.optional(),
  CAPTURE_WORKER_WORKER_ID: kafkaName.optional(),

  CAPTURE_WORKER_HTTP_HOST: address.prefault('127.0.0.1'),
  CAPTURE_WORKER_HTTP_PORT: wholeNumber({ min: 0, max: 65_535 }).prefault('9464'),
  CAPTURE_WORKER_NOTIFY_HOST: address.prefault('127.0.0.1'),
  CAPTURE_WORKER_NOTIFY_PORT: portOrOff.prefault('8090'),
  CAPTURE_WORKER_NOTIFY_WINDOW: duration({ min: SECOND, max: HOUR }).prefault('5m'),
  CAPTURE_WORKER_LOG_LEVEL: oneOf(LOG_LEVELS).prefault('info'),

  CAPTURE_WORKER_MAX_IN_FLIGHT: wholeNumber({ min: 1, max: 100_000 }).prefault('500'),
  CAPTURE_WORKER_DATABASE_POOL: wholeNumber({ min: 2, max: 1_000 }).prefault('8'),
  CAPTURE_WORKER_BATCH_SIZE: wholeNumber({ min: 1, max: 5_000 }).prefault('200'),
  CAPTURE_WORKER_COMMIT_INTERVAL: duration({ min: 50, max: MINUTE }).prefault('500ms'),
  CAPTURE_WORKER_SESSION_TIMEOUT: duration({ min: SECOND, max: 5 * MINUTE }).prefault('10s'),
  CAPTURE_WORKER_DRAIN_DEADLINE: duration({ min: SECOND, max: 10 * MINUTE }).prefault('25s'),
  CAPTURE_WORKER_LEASE_MARGIN: duration({ min: SECOND, max: 10 * MINUTE }).prefault('15s'),

  CAPTURE_WORKER_INQUIRE_FIRST: utcTime.optional(),
  CAPTURE_WORKER_UNVERIFIABLE: yesOrNo.prefault('false'),

  CAPTURE_WORKER_ANNOUNCE_UNSENT_AFTER: wait.prefault('60s'),
  CAPTURE_WORKER_RESEND_BACKOFF_BASE: wait.prefault('2s'),
  CAPTURE_WORKER_RESEND_BACKOFF_CAP: wait.prefault('5m'),
  CAPTURE_WORKER_INQUIRY_BACKOFF_BASE: wait.prefault('5s'),
  CAPTURE_WORKER_INQUIRY_BACKOFF_CAP: wait.prefault('15m'),
  CAPTURE_WORKER_WALLET_INQUIRY_BACKOFF_BASE: wait.optional(),
  CAPTURE_WORKER_WALLET_INQUIRY_BACKOFF_CAP: wait.optional(),
  CAPTURE_WORKER_YABANDPAY_INQUIRY_BACKOFF_BASE: wait.optional(),
  CAPTURE_WORKER_YABANDPAY_INQUIRY_BACKOFF_CAP: wait.optional(),
  CAPTURE_WORKER_OVERDUE_INQUIRY_INTERVAL: wait.prefault('1h'),
  CAPTURE_WORKER_QUIET_PERIOD: wait.prefault('2m'),
  CAPTURE_WORKER_RESEND_SPACING: wait.prefault('1m'),
  CAPTURE_WORKER_REPEAT_AFTER: wait.prefault('15m'),
  CAPTURE_WORKER_CONTRADICTION_WAIT: wait.prefault('15m'),
  CAPTURE_WORKER_ACCOUNT_FAULT_TRIES: wholeNumber({ min: 1, max: 100 }).prefault('3'),
  CAPTURE_WORKER_HOLD_AFTER_FAULTS: wholeNumber({ min: 1, max: 1_000 }).prefault('3'),
  CAPTURE_WORKER_HOLD_PROBE_INTERVAL: duration({ min: SECOND, max: HOUR }).prefault('30s'),
  CAPTURE_WORKER_BREAKER_CALLS: wholeNumber({ min: 1, max: 100_000 }).prefault('20'),
  CAPTURE_WORKER_BREAKER_SHARE: wholeNumber({ min: 1, max: 100 }).prefault('50'),
  CAPTURE_WORKER_BREAKER_WINDOW: duration({ min: SECOND, max: HOUR }).prefault('30s'),
  CAPTURE_WORKER_BREAKER_PROBES: wholeNumber({ min: 1, max: 1_000 }).prefault('3'),
  CAPTURE_WORKER_BREAKER_BACKOFF_BASE: wait.prefault('1s'),
  CAPTURE_WORKER_BREAKER_BACKOFF_CAP: wait.prefault('1m'),
});

export type Values = z.output<typeof VARIABLES>;
export type VariableName = keyof Values;
export const VARIABLE_NAMES = Object.keys(VARIABLES.shape) as VariableName[];

/** The variables whose value is never shown. Of a URL config check shows scheme, host and port. */
export const SECRET_VARIABLES: readonly VariableName[] = [
  'KAFKA_SASL_PASSWORD',
  'KAFKA_SASL_OAUTH_CLIENT_SECRET',
  'SCHEMA_REGISTRY_PASSWORD',
  'SCHEMA_REGISTRY_TOKEN',
];

/** The variables without a default that some commands can't work without. */
export const REQUIRED_VARIABLES = [
  'KAFKA_BROKERS',
  'SCHEMA_REGISTRY_URL',
  'DATABASE_URL',
] as const satisfies VariableName[];
export type RequiredVariable = (typeof REQUIRED_VARIABLES)[number];

/** What a variable is when it isn't set, as one would write it; null if it then is nothing. */
export function defaultOf(name: VariableName): string | null {
  const type: z.core.$ZodType = VARIABLES.shape[name];
  return type instanceof z.ZodPrefault ? String(type.def.defaultValue) : null;
}
