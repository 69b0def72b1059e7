import type { Command } from 'commander';
import { loadRegistrySettings } from '../config/config.js';
import { CaptureWorkerError } from '../errors.js';
import { registryClient } from '../kafka/registry/client.js';
import { NoRegistryThere } from '../kafka/registry/http.js';
import type { Registration } from '../kafka/schema-registry.js';
import { registerSchemas } from '../kafka/schema-registry.js';
import { topicNames } from '../kafka/topics.js';
import { addHelp } from './help.js';
import type { Io } from './io.js';

export function addSchemasRegister(schemas: Command, io: Io): void {
  const command = schemas
    .command('register')
    .summary('register the schemas of all topics')
    .description(
      'Registers the schemas of all topics, with compatibility FULL_TRANSITIVE. Doing it again changes nothing; a schema that the ' +
        "registry's earlier versions don't allow is refused.",
    )
    .action(async () => {
      const { registry, topicPrefix } = loadRegistrySettings(io.env, io);
      const client = registryClient(registry);
      try {
        const registrations = await registerSchemas(client, topicNames(topicPrefix));
        for (const registration of registrations) io.out(`${describe(registration)}\n`);
      } catch (error) {
        throw atFault(error);
      } finally {
        await client.close();
      }
    });
  addHelp(command, {
    environment: [
      ['SCHEMA_REGISTRY_URL', 'the registry'],
      ['CAPTURE_WORKER_TOPIC_PREFIX', 'stands before every topic, and so before every subject'],
    ],
    exits: [3, 4, 5],
    examples: [
      ['capture-worker schemas register', 'before the first start, and before a start of a new version'],
    ],
  });
}

/** A worker waits for a registry to come back behind what answers in its place; for this command the address is wrong. */
function atFault(error: unknown): unknown {
  if (!(error instanceof NoRegistryThere)) return error;
  return new CaptureWorkerError('REGISTRY_ACCESS_REFUSED', error.message, { cause: error });
}

function describe({ subject, id, outcome, raisedFrom }: Registration): string {
  const level = raisedFrom === null ? '' : `, compatibility raised from ${raisedFrom}`;
  return `${subject}: ${outcome === 'new' ? 'registered' : 'was there'}, id ${String(id)}${level}`;
}
