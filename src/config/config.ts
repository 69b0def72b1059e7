import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { FoldPolicy } from '../capture/state-machine.js';
import type { AccountConfig } from './accounts.js';
import { loadAccounts } from './accounts.js';
import type { LogLevel, ProcessEnvironment, RequiredVariable, Values } from './environment.js';
import { accountsFileOf, readEnvironment, REQUIRED_VARIABLES } from './environment.js';
import { ConfigurationError } from './problem.js';

export type { AccountConfig } from './accounts.js';

export interface KafkaSettings {
  readonly brokers: readonly string[];
  readonly group: string;
}

export interface RegistrySettings {
  readonly url: string;
}

export interface DatabaseSettings {
  /** Holds a password: not for logs. */
  readonly url: string;
  readonly poolSize: number;
}

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
  readonly registry: RegistrySettings;
  readonly database: DatabaseSettings;
  readonly http: HttpSettings;
  readonly worker: WorkerSettings;
  readonly policy: FoldPolicy;
  readonly accounts: readonly AccountConfig[];
}

/**
 * Reads and checks the whole configuration: variables, the accounts file and every key it refers to. Throws CONFIG_INVALID with all
 * problems, one a line, and no secret among them. `cwd` is what a relative path of the accounts file is relative to.
 */
export function loadConfig(env: ProcessEnvironment, { cwd }: { readonly cwd: string }): Config {
  const { values, problems } = readEnvironment(env, REQUIRED_VARIABLES);
  const { accounts, problems: more } = loadAccounts(accountsFileOf(env), { cwd, env });
  if (values === undefined || problems.length + more.length > 0)
    throw new ConfigurationError([...problems, ...more]);
  return deepFreeze({
    ...commonSettings(values),
    kafka: kafkaSettings(values),
    registry: registrySettings(values),
    database: databaseSettings(values),
    http: { host: values.CAPTURE_WORKER_HTTP_HOST, port: values.CAPTURE_WORKER_HTTP_PORT },
    worker: workerSettings(values),
    policy: foldPolicy(values),
    accounts,
  });
}

/** The settings of a command that only talks to PostgreSQL. Throws CONFIG_INVALID. */
export function loadDatabaseSettings(
  env: ProcessEnvironment,
): CommonSettings & { database: DatabaseSettings } {
  const values = loadValues(env, ['DATABASE_URL']);
  return { ...commonSettings(values), database: databaseSettings(values) };
}

/** The settings of a command that only talks to Kafka. Throws CONFIG_INVALID. */
export function loadKafkaSettings(env: ProcessEnvironment): CommonSettings & { kafka: KafkaSettings } {
  const values = loadValues(env, ['KAFKA_BROKERS']);
  return { ...commonSettings(values), kafka: kafkaSettings(values) };
}

/** The settings of a command that only talks to the schema registry. Throws CONFIG_INVALID. */
export function loadRegistrySettings(
  env: ProcessEnvironment,
): CommonSettings & { registry: RegistrySettings } {
  const values = loadValues(env, ['SCHEMA_REGISTRY_URL']);
  return { ...commonSettings(values), registry: registrySettings(values) };
}

function loadValues(env: ProcessEnvironment, required: readonly RequiredVariable[]): Values {
  const { values, problems } = readEnvironment(env, required);
  if (values === undefined || problems.length > 0) throw new ConfigurationError(problems);
  return values;
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

function kafkaSettings(values: Values): KafkaSettings {
  return { brokers: given(values.KAFKA_BROKERS), group: values.CAPTURE_WORKER_GROUP };
}

function registrySettings(values: Values): RegistrySettings {
  return { url: given(values.SCHEMA_REGISTRY_URL) };
}

function databaseSettings(values: Values): DatabaseSettings {
  return { url: given(values.DATABASE_URL), poolSize: values.CAPTURE_WORKER_DATABASE_POOL };
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

/** A variable that the reading required: that it is there was checked. */
function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a setting was used without being required');
  return value;
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
