import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Logger } from 'pino';
import { openAccounts } from './accounts.js';
import type { Clock, Random } from './ports/clock.js';
import type { NewId } from './ports/ids.js';
import type { Config } from './config/config.js';
import type { KafkaClientConfig } from './kafka/client.js';
import type { LagReader } from './kafka/lag.js';
import { createLagReader } from './kafka/lag.js';
import type { ClosableLogProducer } from './kafka/log-producer.js';
import { createLogProducer } from './kafka/log-producer.js';
import type { RegistryClient } from './kafka/registry/client.js';
import { registryClient } from './kafka/registry/client.js';
import { kafkaClientConfig } from './kafka/security.js';
import type { TopicNames } from './kafka/topics.js';
import { topicNames } from './kafka/topics.js';
import type { Metrics } from './metrics/metrics.js';
import { createMetrics } from './metrics/metrics.js';
import { createPool } from './store/pool.js';
import { systemClock } from './system-clock.js';
import { version } from './version.js';
import type { SendingAccount } from './worker/send.js';

/** What a worker is made of before it does anything: connections that open when first used, accounts, clock, log, metrics. */
export interface Parts {
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: NewId;
  readonly metrics: Metrics;
  readonly accounts: ReadonlyMap<string, SendingAccount>;
  readonly topics: TopicNames;
  readonly kafka: KafkaClientConfig;
  readonly pool: pg.Pool;
  readonly registry: RegistryClient;
  readonly producer: ClosableLogProducer;
  readonly lag: LagReader;
  /** Closes all connections. A call to a provider that is still under way isn't waited for: whoever drained has waited already. */
  close(): Promise<void>;
}

/** How long connections to providers may take to close, in ms. */
const CLOSE_MS = 500;

/** Throws CONFIG_INVALID if an account can't work as configured. Connects to nothing yet. */
export function openParts(config: Config, log: Logger): Parts {
  const kafka = kafkaClientConfig(config.kafka, { clientId: config.workerId, clock: systemClock });
  const accounts = openAccounts(config, { clock: systemClock, random: Math.random });
  const pool = createPool({
    url: config.database.url,
    tls: config.database.tls,
    max: config.database.poolSize,
    applicationName: `capture-worker ${config.workerId}`,
    onIdleError: (error) => {
      log.warn({ err: error }, 'an idle connection to the database was lost');
    },
  });
  const registry = registryClient(config.registry);
  const producer = createLogProducer({ client: kafka, log });
  const lag = createLagReader({ client: kafka, log });
  return {
    config,
    log,
    clock: systemClock,
    random: Math.random,
    newId: randomUUID,
    metrics: createMetrics({ version: version(), ofProcess: true }),
    accounts,
    topics: topicNames(config.topicPrefix),
    kafka,
    pool,
    registry,
    producer,
    lag,
    close: async () => {
      const clients = Promise.allSettled([...accounts.values()].map(({ client }) => client.close()));
      await Promise.allSettled([
        producer.close(),
        lag.close(),
        registry.close(),
        Promise.race([clients, systemClock.sleep(CLOSE_MS)]),
      ]);
      // Last, so that what the clients still answered could be recorded.
      await pool.end();
    },
  };
}
