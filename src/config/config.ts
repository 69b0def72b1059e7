import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Restoration } from '../capture/assumption.js';
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

/** Where providers' notifications are taken. */
export interface NotifySettings {
  readonly host: string;
  /** 0 takes any free port; null takes none: notifications aren't taken here. */
  readonly port: number | null;
  /** How far a provider's clock may be from ours, in ms. */
  readonly windowMs: number;
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
  /** How long a worker may be silent before its partitions go to others. */
  readonly sessionTimeoutMs: number;
  readonly drainDeadlineMs: number;
  readonly leaseMarginMs: number;
  /** So many distinct captures refused for the account's sake hold the account. */
  readonly holdAfterFaults: number;
  readonly holdProbeEveryMs: number;
  /** When an account's circuit opens, and how it closes. */
  readonly breaker: BreakerSettings;
}

export interface BreakerSettings {
  readonly windowMs: number;
  /** So many calls within it are needed to judge, and so large a share of them, above 0 to 1, must fail. */
  readonly calls: number;
  readonly share: number;
  /** So many probes in a row must go well. */
  readonly probes: number;
  readonly waitBaseMs: number;
  readonly waitCapMs: number;
}

/** The whole configuration of a worker, checked and frozen. */
export interface Config extends CommonSettings {
  readonly kafka: KafkaSettings;
  readonly registry: RegistryConnection;
  readonly database: DatabaseSettings;
  readonly http: HttpSettings;
  readonly notify: NotifySettings;
  readonly worker: WorkerSettings;
  readonly policy: FoldPolicy;
  /** Set if the worker is to inquire first, since its database was restored. */
  readonly restoration: Restoration | null;
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
  const restoration = restorationIn(reading);
  const { accounts, problems } = accountsIn(env, cwd);
  refuseProblems([...reading.problems, ...problems]);
  const { values } = reading;
  return deepFreeze({
    ...commonSettings(values),
    kafka,
    registry,
    database,
    http: { host: values.CAPTURE_WORKER_HTTP_HOST, port: values.CAPTURE_WORKER_HTTP_PORT },
    notify: {
      host: values.CAPTURE_WORKER_NOTIFY_HOST,
      port: values.CAPTURE_WORKER_NOTIFY_PORT,
      windowMs: values.CAPTURE_WORKER_NOTIFY_WINDOW,
    },
    worker: workerSettings(values),
    policy: foldPolicy(values),
    restoration,
    accounts,
  });
}

function restorationIn(reading: Reading): Restoration | null {
  const { CAPTURE_WORKER_INQUIRE_FIRST: at, CAPTURE_WORKER_UNVERIFIABLE: unverifiable } = reading.values;
  if (at !== undefined) return { at, unverifiable };
  if (unverifiable && !reading.isWrong('CAPTURE_WORKER_INQUIRE_FIRST'))
    reading.complain(
      'CAPTURE_WORKER_UNVERIFIABLE',
      'is for a worker that inquires first: set CAPTURE_WORKER_INQUIRE_FIRST, or leave it out',
    );
  return null;
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

/** What a command needs that records evidence: the database, the registry for its events, and the policy by which it is folded. */
export interface RecordingSettings extends CommonSettings {
  readonly database: DatabaseSettings;
  readonly registry: RegistryConnection;
  readonly policy: FoldPolicy;
}

/** The settings of a command that records evidence. Throws CONFIG_INVALID. */
export function loadRecordingSettings(env: ProcessEnvironment, { cwd }: Place): RecordingSettings {
  const reading = readEnvironment(env, ['DATABASE_URL', 'SCHEMA_REGISTRY_URL']);
  const settings = recordingSettings(reading, cwd);
  refuseProblems(reading.problems);
  return deepFreeze(settings);
}

/** The settings of a command that asks providers and records what they say. Throws CONFIG_INVALID. */
export function loadAskingSettings(
  env: ProcessEnvironment,
  { cwd }: Place,
): RecordingSettings & Pick<Config, 'accounts' | 'worker'> {
  const reading = readEnvironment(env, ['DATABASE_URL', 'SCHEMA_REGISTRY_URL']);
  const settings = recordingSettings(reading, cwd);
  const { accounts, problems } = accountsIn(env, cwd);
  refuseProblems([...reading.problems, ...problems]);
  return deepFreeze({ ...settings, worker: workerSettings(reading.values), accounts });
}

function recordingSettings(reading: Reading, cwd: string): RecordingSettings {
  return {
    ...commonSettings(reading.values),
    database: databaseSettings(reading, cwd),
    registry: registrySettings(reading, cwd),
    policy: foldPolicy(reading.values),
  };
}

function accountsIn(env: ProcessEnvironment, cwd: string): ReturnType<typeof loadAccounts> {
  const file = accountsFileOf(env);
  return file === null ? { accounts: [], problems: [] } : loadAccounts(file, { cwd, env });
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
    sessionTimeoutMs: values.CAPTURE_WORKER_SESSION_TIMEOUT,
    drainDeadlineMs: values.CAPTURE_WORKER_DRAIN_DEADLINE,
    leaseMarginMs: values.CAPTURE_WORKER_LEASE_MARGIN,
    holdAfterFaults: values.CAPTURE_WORKER_HOLD_AFTER_FAULTS,
    holdProbeEveryMs: values.CAPTURE_WORKER_HOLD_PROBE_INTERVAL,
    breaker: {
      windowMs: values.CAPTURE_WORKER_BREAKER_WINDOW,
      calls: values.CAPTURE_WORKER_BREAKER_CALLS,
      share: values.CAPTURE_WORKER_BREAKER_SHARE / 100,
      probes: values.CAPTURE_WORKER_BREAKER_PROBES,
      waitBaseMs: values.CAPTURE_WORKER_BREAKER_BACKOFF_BASE,
      waitCapMs: values.CAPTURE_WORKER_BREAKER_BACKOFF_CAP,
    },
  };
}

function foldPolicy(values: Values): FoldPolicy {
  return {
    announceUnsentAfterMs: values.CAPTURE_WORKER_ANNOUNCE_UNSENT_AFTER,
    resend: {
      baseMs: values.CAPTURE_WORKER_RESEND_BACKOFF_BASE,
      capMs: values.CAPTURE_WORKER_RESEND_BACKOFF_CAP,
    },
    inquiry: inquiryBackoffs(values),
    overdueInquiryMs: values.CAPTURE_WORKER_OVERDUE_INQUIRY_INTERVAL,
    quietPeriodMs: values.CAPTURE_WORKER_QUIET_PERIOD,
    resendSpacingMs: values.CAPTURE_WORKER_RESEND_SPACING,
    repeatAfterMs: values.CAPTURE_WORKER_REPEAT_AFTER,
    contradictionWaitMs: values.CAPTURE_WORKER_CONTRADICTION_WAIT,
    accountFaultTries: values.CAPTURE_WORKER_ACCOUNT_FAULT_TRIES,
  };
}

/** A provider's own, or what applies to all. PayerMax is never asked about captures. */
function inquiryBackoffs(values: Values): FoldPolicy['inquiry'] {
  const all = {
    baseMs: values.CAPTURE_WORKER_INQUIRY_BACKOFF_BASE,
    capMs: values.CAPTURE_WORKER_INQUIRY_BACKOFF_CAP,
  };
  return {
    wallet: {
      baseMs: values.CAPTURE_WORKER_WALLET_INQUIRY_BACKOFF_BASE ?? all.baseMs,
      capMs: values.CAPTURE_WORKER_WALLET_INQUIRY_BACKOFF_CAP ?? all.capMs,
    },
    yabandpay: {
      baseMs: values.CAPTURE_WORKER_YABANDPAY_INQUIRY_BACKOFF_BASE ?? all.baseMs,
      capMs: values.CAPTURE_WORKER_YABANDPAY_INQUIRY_BACKOFF_CAP ?? all.capMs,
    },
    payermax: all,
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
