import type { Logger } from 'pino';
import { identityOf } from './accounts.js';
import type { Config } from './config/config.js';
import type { CaptureWorkerError } from './errors.js';
import type { RegisteredContracts } from './kafka/schema-registry.js';
import { loadSchemas } from './kafka/schema-registry.js';
import { warnOfTopics } from './kafka/warn-of-topics.js';
import { listenForNotifications } from './notify.js';
import type { Parts } from './parts.js';
import { openParts } from './parts.js';
import { pipelinePorts, pipelineSettings } from './pipeline-ports.js';
import type { Pipeline } from './pipeline.js';
import { fatalError, startPipeline } from './pipeline.js';
import { distrustIfRestored } from './restored.js';
import type { StartUp } from './start-up.js';
import { createStartUp } from './start-up.js';
import { checkDurability } from './store/durability.js';
import { bindMerchants } from './store/merchants.js';
import { checkSchema } from './store/migrate.js';
import { listenForProbes } from './vitals.js';

/** A worker that was started. */
export interface RunningWorker {
  /** Rejects with what ended the worker although nobody asked; resolves when it was drained. */
  readonly finished: Promise<void>;
  /** Ends the worker in order, within the configured deadline. Returns how many messages were left undone. */
  drain(): Promise<{ readonly left: number }>;
}

/** How long a start that is given up may take to end by itself, in ms. */
const GIVE_UP_MS = 3_000;

/**
 * The composition root: builds a worker out of its parts and ties their lives together.
 *
 * *Starting.* The probes are answered first, so that what is missing can be seen, and notifications, though they are told to come again
 * until the database is there; then database, schema, registry and Kafka are waited
 * for, in this order; then the consumer, the relay and the scheduler start. If the database was restored, all captures without an outcome
 * are distrusted before.
 *
 * *Draining* goes the other way: intake stops, of orders and of notifications, what is under way ends and is recorded, its events are
 * published, connections close.
 *
 * Resolves when the probes are answered. Rejects with CONFIG_INVALID or PORT_UNAVAILABLE.
 */
export async function composeWorker(config: Config, log: Logger): Promise<RunningWorker> {
  const parts = openParts(config, log);
  const givenUp = new AbortController();
  const startUp = createStartUp({ clock: parts.clock, random: parts.random, log, stop: givenUp.signal });
  let fatal: CaptureWorkerError | null = null;
  const ending = deferred();
  const onFatal = (error: unknown): void => {
    fatal ??= fatalError(error);
    ending.reject(fatal);
  };
  let draining: Promise<{ readonly left: number }> | null = null;
  const probes = await listenForProbes(parts, startUp, {
    fatal: () => fatal,
    isDraining: () => draining !== null,
  });
  let running: Pipeline | null = null;
  const notify = await listenForNotifications(parts, startUp, () => running?.notificationStored()).catch(
    async (error: unknown) => {
      await Promise.all([probes.close(), parts.close()]);
      throw error;
    },
  );
  const starting = start(parts, startUp, givenUp.signal, onFatal).then(
    (pipeline) => (running = pipeline),
    (error: unknown) => {
      onFatal(error);
      return null;
    },
  );

  async function drain(): Promise<{ readonly left: number }> {
    log.info('draining: no more orders are taken, those under way are finished');
    givenUp.abort();
    const silenced = notify?.close();
    // A part that is away may take long to say so; nothing is under way that would be worth the wait.
    const pipeline = await Promise.race([starting, parts.clock.sleep(GIVE_UP_MS).then(() => null)]);
    if (pipeline === null) void starting.then((late) => late?.drain(0));
    const left = (await pipeline?.drain(config.worker.drainDeadlineMs)) ?? 0;
    await silenced;
    await probes.close();
    await parts.close();
    log.info(
      { left },
      left === 0
        ? 'drained: nothing is left undone'
        : 'the deadline passed; what is left will be delivered again',
    );
    ending.resolve();
    return { left };
  }

  return { finished: ending.promise, drain: () => (draining ??= drain()) };
}

/** Waits for the parts and starts the loops; null if the start was given up. */
async function start(
  parts: Parts,
  startUp: StartUp,
  stop: AbortSignal,
  onFatal: (error: unknown) => void,
): Promise<Pipeline | null> {
  const { pool, registry, topics, log } = parts;
  const began = parts.clock.monotonic();
  await startUp.step('database', () => checkDurability(pool));
  await startUp.step('schema', async () => {
    await checkSchema(pool);
    await bindMerchants(pool, parts.config.accounts.map(identityOf));
  });
  const contracts = await startUp.step('registry', () => loadSchemas(registry, topics));
  if (contracts === null) return null;
  await startUp.step('restored', () => distrustIfRestored(parts, contracts, stop));
  const pipeline = await startUp.step('kafka', () => startLoops(parts, contracts, onFatal));
  if (pipeline === null) return null;
  void warnOfTopics({ client: parts.kafka, prefix: parts.config.topicPrefix, log, stop });
  log.info({ ms: Math.round(parts.clock.monotonic() - began) }, 'ready: taking orders');
  return pipeline;
}

function startLoops(
  parts: Parts,
  contracts: RegisteredContracts,
  onFatal: (error: unknown) => void,
): Promise<Pipeline> {
  const { clock, random, newId, log, metrics } = parts;
  return startPipeline(pipelinePorts(parts, contracts, onFatal), {
    clock,
    random,
    newId,
    log,
    metrics,
    settings: pipelineSettings(parts),
    onFatal,
  });
}

interface Deferred {
  readonly promise: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

function deferred(): Deferred {
  const parts: Partial<Pick<Deferred, 'resolve' | 'reject'>> = {};
  const promise = new Promise<void>((resolve, reject) => {
    parts.resolve = resolve;
    parts.reject = reject;
  });
  return {
    promise,
    resolve: () => parts.resolve?.(),
    reject: (error) => parts.reject?.(error),
  };
}
