import type pg from 'pg';
import { fold } from '../capture/state-machine.js';
import type { RecordingSettings } from '../config/config.js';
import { eventEncoder } from '../kafka/event-encoder.js';
import { registryClient } from '../kafka/registry/client.js';
import { loadSchemas } from '../kafka/schema-registry.js';
import { topicNames } from '../kafka/topics.js';
import { checkSchema } from '../store/migrate.js';
import { createPool } from '../store/pool.js';
import type { Folding } from '../store/record.js';

/** What it takes to record evidence: the database, and how evidence is folded and events are encoded. */
export interface Recording {
  readonly pool: pg.Pool;
  readonly folding: Folding;
}

/**
 * Runs `work` on the configured database, with the registry's ids for the events that it may bring; a worker publishes those. Throws
 * SCHEMA_OUT_OF_DATE, SCHEMA_TOO_NEW, SCHEMA_NOT_REGISTERED, REGISTRY_UNAVAILABLE, or as `storeError` says.
 */
export async function withRecording(
  { database, registry, policy, topicPrefix, workerId }: RecordingSettings,
  work: (recording: Recording) => Promise<void>,
): Promise<void> {
  const applicationName = `capture-worker cli ${workerId}`;
  const pool = createPool({ url: database.url, tls: database.tls, max: 2, applicationName });
  const client = registryClient(registry);
  try {
    await checkSchema(pool);
    const encode = eventEncoder(await loadSchemas(client, topicNames(topicPrefix)));
    const folding: Folding = {
      fold: (capture, evidence, now) => fold({ capture, evidence, now, random: Math.random() }, policy),
      encode,
    };
    await work({ pool, folding });
  } finally {
    await client.close();
    await pool.end();
  }
}
