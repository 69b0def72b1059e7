import { z } from 'zod';
import { didYouMean } from './did-you-mean.js';
import { formatDuration } from './duration.js';
import type { Problem } from './problem.js';
import { brokers, databaseUrl, duration, httpUrl, oneOf, text, wholeNumber } from './values.js';

/** The variables of a process: `process.env`, or a test's. */
export type ProcessEnvironment = Readonly<Record<string, string | undefined>>;

/** The prefix of the variables that are ours alone. One that we don't know is refused: it is a setting that would silently not apply. */
export const OWN_PREFIX = 'CAPTURE_WORKER_';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const wait = duration({ min: 1, max: 24 * HOUR });
const kafkaName = text(/^[A-Za-z0-9._-]{1,200}$/, 'letters, digits, dots, dashes and underscores');

/** Every variable. docs/configuration.md says what each means; a test holds the two together. */
export const VARIABLES = z.object({
  KAFKA_BROKERS: brokers.optional(),
  SCHEMA_REGISTRY_URL: httpUrl.optional(),
  DATABASE_URL: databaseUrl.optional(),

  CAPTURE_WORKER_ACCOUNTS_FILE: text(/^[^\0]+$/, 'a path').prefault('./accounts.yaml'),
  CAPTURE_WORKER_GROUP: kafkaName.prefault('capture-worker'),
  CAPTURE_WORKER_TOPIC_PREFIX: kafkaName.optional(),
  CAPTURE_WORKER_WORKER_ID: kafkaName.optional(),

  CAPTURE_WORKER_HTTP_HOST: text(/^[A-Za-z0-9.:_-]+$/, 'a host name or an address').prefault('127.0.0.1'),
  CAPTURE_WORKER_HTTP_PORT: wholeNumber({ min: 0, max: 65_535 }).prefault('9464'),
  CAPTURE_WORKER_LOG_LEVEL: oneOf(LOG_LEVELS).prefault('info'),

  CAPTURE_WORKER_MAX_IN_FLIGHT: wholeNumber({ min: 1, max: 100_000 }).prefault('500'),
  CAPTURE_WORKER_DATABASE_POOL: wholeNumber({ min: 2, max: 1_000 }).prefault('8'),
  CAPTURE_WORKER_BATCH_SIZE: wholeNumber({ min: 1, max: 5_000 }).prefault('200'),
  CAPTURE_WORKER_COMMIT_INTERVAL: duration({ min: 50, max: MINUTE }).prefault('500ms'),
  CAPTURE_WORKER_DRAIN_DEADLINE: duration({ min: SECOND, max: 10 * MINUTE }).prefault('25s'),
  CAPTURE_WORKER_LEASE_MARGIN: duration({ min: SECOND, max: 10 * MINUTE }).prefault('15s'),

  CAPTURE_WORKER_ANNOUNCE_UNSENT_AFTER: wait.prefault('60s'),
  CAPTURE_WORKER_RESEND_BACKOFF_BASE: wait.prefault('2s'),
  CAPTURE_WORKER_RESEND_BACKOFF_CAP: wait.prefault('5m'),
  CAPTURE_WORKER_INQUIRY_BACKOFF_BASE: wait.prefault('5s'),
  CAPTURE_WORKER_INQUIRY_BACKOFF_CAP: wait.prefault('15m'),
  CAPTURE_WORKER_ACCOUNT_FAULT_TRIES: wholeNumber({ min: 1, max: 100 }).prefault('3'),
  CAPTURE_WORKER_HOLD_AFTER_FAULTS: wholeNumber({ min: 1, max: 1_000 }).prefault('3'),
  CAPTURE_WORKER_HOLD_PROBE_INTERVAL: duration({ min: SECOND, max: HOUR }).prefault('30s'),
});

export type Values = z.output<typeof VARIABLES>;
export type VariableName = keyof Values;
/** The variables without a default that some commands can't work without. */
export type RequiredVariable = 'KAFKA_BROKERS' | 'SCHEMA_REGISTRY_URL' | 'DATABASE_URL';
export const REQUIRED_VARIABLES = [
  'KAFKA_BROKERS',
  'SCHEMA_REGISTRY_URL',
  'DATABASE_URL',
] as const satisfies RequiredVariable[];

/** Values read, or undefined if any was wrong, with every problem found. */
export interface EnvironmentRead {
  readonly values: Values | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Reads and checks all variables; those in `required` must be there. An empty variable counts as not set, since that is how shells and
 * compose files leave out an optional one. Collects every problem instead of stopping at the first.
 */
export function readEnvironment(
  env: ProcessEnvironment,
  required: readonly RequiredVariable[],
): EnvironmentRead {
  const set = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  const result = VARIABLES.safeParse(Object.fromEntries(set));
  const names = new Map(set);
  const problems = [
    ...required.filter((name) => !names.has(name)).map((name) => missing(name, names)),
    ...(result.error?.issues ?? []).map(({ path, message }) => ({ place: path.join('.'), text: message })),
    ...set.filter(([name, value]) => isStray(name, value)).map(([name]) => unknown(name)),
  ];
  if (result.data !== undefined) problems.push(...backwards(result.data));
  return { values: result.data, problems };
}

const KNOWN: readonly string[] = Object.keys(VARIABLES.shape);

function isStray(name: string, value: string): boolean {
  return name.startsWith(OWN_PREFIX) && !KNOWN.includes(name) && !isServiceLink(name, value);
}

/**
 * Kubernetes puts `<SERVICE>_SERVICE_HOST`, `<SERVICE>_PORT` and the like into every pod of a service's namespace. A service whose name
 * begins with capture-worker would otherwise keep the worker from starting.
 */
function isServiceLink(name: string, value: string): boolean {
  return (
    /_SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)$/.test(name) ||
    (/_PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?$/.test(name) && /^(tcp|udp|sctp):\/\//.test(value)) ||
    /_PORT_\d+_(TCP|UDP|SCTP)_(PROTO|PORT|ADDR)$/.test(name)
  );
}

function missing(name: string, set: ReadonlyMap<string, string>): Problem {
  const others = [...set.keys()].filter((other) => !KNOWN.includes(other));
  const similar = didYouMean(name, others);
  const hint = similar === null ? '' : `; ${similar} is set: is that what was meant?`;
  return { place: name, text: `is not set${hint}` };
}

function unknown(name: string): Problem {
  const own = KNOWN.filter((known) => known.startsWith(OWN_PREFIX)).map((known) =>
    known.slice(OWN_PREFIX.length),
  );
  const meant = didYouMean(name.slice(OWN_PREFIX.length), own);
  const hint =
    meant === null ? 'docs/configuration.md lists those there are' : `did you mean ${OWN_PREFIX}${meant}?`;
  return { place: name, text: `is no setting of this program: ${hint}` };
}

/** Pairs that contradict each other. */
function backwards(values: Values): Problem[] {
  return (['RESEND', 'INQUIRY'] as const).flatMap((kind) => {
    const base = `CAPTURE_WORKER_${kind}_BACKOFF_BASE` as const;
    const cap = `CAPTURE_WORKER_${kind}_BACKOFF_CAP` as const;
    if (values[base] <= values[cap]) return [];
    return [
      {
        place: base,
        text: `${formatDuration(values[base])} is above ${cap}, ${formatDuration(values[cap])}`,
      },
    ];
  });
}

/** Where the accounts file is, whatever else is wrong: so that its problems are told together with the others. */
export function accountsFileOf(env: ProcessEnvironment): string {
  const written = env['CAPTURE_WORKER_ACCOUNTS_FILE'];
  return VARIABLES.shape.CAPTURE_WORKER_ACCOUNTS_FILE.parse(written === '' ? undefined : written);
}
