import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { FoldPolicy } from '../capture/state-machine.js';
import type { AccountConfig } from './accounts.js';
import { loadAccounts } from './accounts.js';
import type { RegistryConnection } from '../kafka/registry/http.js';
import type { DatabaseSettings } from './database.js';
import { databaseSettings } from './database.js';
import type { ProcessEnvironment, Reading } from './environment.js';
import { accountsFileOf, readEnvironment } from './environment.js';
import type { KafkaSettings } from './kafka.js';
import { kafkaSettings } from './kafka.js';
import type { Problem } from './problem.js';
import { ConfigurationError } from './problem.js';
import { registrySettings } from './registry.js';
import type { LogLevel, RequiredVariable, Values } from './variables.js';
import { REQUIRED_VARIABLES } from './variables.js';

export type { AccountConfig } from './accounts.js';
export type { DatabaseSettings } from './database.js';
export type { KafkaSettings } from './kafka.js';

export interface HttpSettings {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

/** What every command may need, whatever it connects to. */
export interface CommonSettings {
  /** Names this process in attempts, leases and logs. */
  readonly workerId: string;
  /** Stands before every topic's name; empty for none. */
  readonly topicPrefix: string;
  readonly logLevel: LogLevel;
}

/** Limits of the worker. Durations in ms. */
export interface WorkerSettings {
  readonly maxInFlight: number;
  /** The most rows that one write takes together. */
  readonly batchSize: number;
  readonly commitIntervalMs: number;
  readonly drainDeadlineMs: number;
  readonly leaseMarginMs: number;
  /** So many distinct captures refused for the account's sake hold the account. */
  readonly holdAfterFaults: number;
  readonly holdProbeEveryMs: number;
}

/** The whole configuration of a worker, checked and frozen. */
export interface Config extends CommonSettings {
  readonly kafka: KafkaSettings;
  readonly registry: RegistryConnection;
  readonly database: DatabaseSettings;
  readonly http: HttpSettings;
  readonly worker: WorkerSettings;
  readonly policy: FoldPolicy;
  readonly accounts: readonly AccountConfig[];
}

/** What paths of files are relative to. */
export interface Place {
  readonly cwd: string;
}

/**
 * Reads and checks the whole configuration: variables, the files that they name, the accounts file and every key it refers to. Throws
 * CONFIG_INVALID with all problems, one a line, and no secret among them.
 */
export function loadConfig(env: ProcessEnvironment, { cwd }: Place): Config {
  const reading = readEnvironment(env, REQUIRED_VARIABLES);
  const kafka = kafkaSettings(reading, cwd);
  const registry = registrySettings(reading, cwd);
  const database = databaseSettings(reading, cwd);
  const file = accountsFileOf(env);
  const { accounts, problems } =
    file === null ? { accounts: [], problems: [] } : loadAccounts(file, { cwd, env });
  refuseProblems([...reading.problems, ...problems]);
  const { values } = reading;
  return deepFreeze({
    ...commonSettings(values),
    kafka,
    registry,
    database,
    http: { host: values.CAPTURE_WORKER_HTTP_HOST, port: values.CAPTURE_WORKER_HTTP_PORT },
    worker: workerSettings(values),
    policy: foldPolicy(values),
    accounts,
  });
}

/** The settings of a command that only talks to PostgreSQL. Throws CONFIG_INVALID. */
export function loadDatabaseSettings(
  env: ProcessEnvironment,
  place: Place,
): CommonSettings & { database: DatabaseSettings } {
  const [common, database] = loadPart(env, 'DATABASE_URL', (reading) => databaseSettings(reading, place.cwd));
  return { ...common, database };
}

/** The settings of a command that only talks to Kafka. Throws CONFIG_INVALID. */
export function loadKafkaSettings(
  env: ProcessEnvironment,
  place: Place,
): CommonSettings & { kafka: KafkaSettings } {
  const [common, kafka] = loadPart(env, 'KAFKA_BROKERS', (reading) => kafkaSettings(reading, place.cwd));
  return { ...common, kafka };
}

/** The settings of a command that only talks to the schema registry. Throws CONFIG_INVALID. */
export function loadRegistrySettings(
  env: ProcessEnvironment,
  place: Place,
): CommonSettings & { registry: RegistryConnection } {
  const [common, registry] = loadPart(env, 'SCHEMA_REGISTRY_URL', (reading) =>
    registrySettings(reading, place.cwd),
  );
  return { ...common, registry };
}

/** Looks at the files of the one part alone: those of the others needn't be there. */
function loadPart<Part>(
  env: ProcessEnvironment,
  required: RequiredVariable,
  read: (reading: Reading) => Part,
): readonly [CommonSettings, Part] {
  const reading = readEnvironment(env, [required]);
  const part = read(reading);
  refuseProblems(reading.problems);
  return [commonSettings(reading.values), part];
}

function refuseProblems(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ConfigurationError(problems);
}

function commonSettings(values: Values): CommonSettings {
  return {
    workerId: values.CAPTURE_WORKER_WORKER_ID ?? newWorkerId(),
    topicPrefix: values.CAPTURE_WORKER_TOPIC_PREFIX ?? '',
    logLevel: values.CAPTURE_WORKER_LOG_LEVEL,
  };
}

/** The random end tells a restarted container from its former self, which has its host name and its process id. */
function newWorkerId(): string {
  return `${hostname().slice(0, 64)}-${String(process.pid)}-${randomBytes(3).toString('hex')}`;
}

function workerSettings(values: Values): WorkerSettings {
  return {
    maxInFlight: values.CAPTURE_WORKER_MAX_IN_FLIGHT,
    batchSize: values.CAPTURE_WORKER_BATCH_SIZE,
    commitIntervalMs: values.CAPTURE_WORKER_COMMIT_INTERVAL,
    drainDeadlineMs: values.CAPTURE_WORKER_DRAIN_DEADLINE,
    leaseMarginMs: values.CAPTURE_WORKER_LEASE_MARGIN,
    holdAfterFaults: values.CAPTURE_WORKER_HOLD_AFTER_FAULTS,
    holdProbeEveryMs: values.CAPTURE_WORKER_HOLD_PROBE_INTERVAL,
  };
}

function foldPolicy(values: Values): FoldPolicy {
  return {
    announceUnsentAfterMs: values.CAPTURE_WORKER_ANNOUNCE_UNSENT_AFTER,
    resend: {
      baseMs: values.CAPTURE_WORKER_RESEND_BACKOFF_BASE,
      capMs: values.CAPTURE_WORKER_RESEND_BACKOFF_CAP,
    },
    inquiry: {
      baseMs: values.CAPTURE_WORKER_INQUIRY_BACKOFF_BASE,
      capMs: values.CAPTURE_WORKER_INQUIRY_BACKOFF_CAP,
    },
    accountFaultTries: values.CAPTURE_WORKER_ACCOUNT_FAULT_TRIES,
  };
}

/** Freezes plain objects and arrays all the way down; keys (KeyObject) are immutable by themselves. */
function deepFreeze<T>(value: T): T {
  const isPlain =
    Array.isArray(value) ||
    (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype);
  if (isPlain) {
    for (const inner of Object.values(value as object)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
