import { CaptureWorkerError } from '../errors.js';
import { CONTRACTS, loadContract, type Contract, type ContractName } from './contract.js';
import type { RegistryClient } from './registry/client.js';
import { subjectOf, type TopicNames } from './topics.js';

/**
 * The level that every subject must have: a new version reads what all earlier versions wrote, and all earlier versions read what it
 * writes. Only so can the worker and its subscribers be deployed in any order and topics be replayed from their start.
 */
export const COMPATIBILITY = 'FULL_TRANSITIVE';

/** What registering one schema came to. */
export interface Registration {
  readonly topic: string;
  readonly subject: string;
  readonly id: number;
  /** `new`: it became the subject's newest version. `unchanged`: the subject had it already. */
  readonly outcome: 'new' | 'unchanged';
  /** The level that the subject had before it was raised to FULL_TRANSITIVE; null if it had that or none. */
  readonly raisedFrom: string | null;
}

/**
 * Registers the schemas of all topics and sets their subjects to FULL_TRANSITIVE. Doing it again changes nothing.
 *
 * A subject of another level is raised, and the result says so: there is no stricter level, so nothing that was forbidden becomes allowed.
 * The level is set before the schema, so that no version ever enters unchecked. Rejects with SCHEMA_INCOMPATIBLE at the first schema that
 * the registry refuses, with REGISTRY_UNAVAILABLE if it doesn't answer.
 */
export async function registerSchemas(
  registry: RegistryClient,
  topics: TopicNames,
  contracts: readonly Pick<Contract, 'name' | 'schema'>[] = CONTRACTS.map(loadContract),
): Promise<readonly Registration[]> {
  const registrations: Registration[] = [];
  for (const { name, schema } of contracts) {
    const topic = topics[name];
    const subject = subjectOf(topic);
    const level = await registry.compatibilityOf(subject);
    if (level !== COMPATIBILITY) await registry.setCompatibility(subject, COMPATIBILITY);
    const known = await registry.idOf(subject, schema);
    registrations.push({
      topic,
      subject,
      id: known ?? (await registry.register(subject, schema)),
      outcome: known === null ? 'new' : 'unchanged',
      raisedFrom: level === COMPATIBILITY ? null : level,
    });
  }
  return registrations;
}

/** A contract with its place in this installation: its topic and the id of its schema in the registry. */
export interface RegisteredContract extends Contract {
  readonly topic: string;
  readonly subject: string;
  readonly schemaId: number;
}
export type RegisteredContracts = Readonly<Record<ContractName, RegisteredContract>>;

/**
 * Looks the ids of this version's schemas up, once, at start. Rejects with SCHEMA_NOT_REGISTERED if the registry lacks one: a worker
 * doesn't register by itself, since a change of the contract is a deliberate step. Rejects with REGISTRY_UNAVAILABLE if there is no answer.
 */
export async function loadSchemas(
  registry: RegistryClient,
  topics: TopicNames,
): Promise<RegisteredContracts> {
  const load = async (name: ContractName): Promise<RegisteredContract> => {
    const contract = loadContract(name);
    const topic = topics[name];
    const subject = subjectOf(topic);
    const schemaId = await registry.idOf(subject, contract.schema);
    if (schemaId === null) {
      throw new CaptureWorkerError(
        'SCHEMA_NOT_REGISTERED',
        `the schema registry has no version of subject ${subject} with this version's schema: ` +
          'run `capture-worker schemas register`, then start again',
      );
    }
    return { ...contract, topic, subject, schemaId };
  };
  const [orders, succeeded, failed, pending, notifications] = await Promise.all([
    load('order.fulfilled'),
    load('capture.succeeded'),
    load('capture.failed'),
    load('capture.pending'),
    load('capture.notification'),
  ]);
  return {
    'order.fulfilled': orders,
    'capture.succeeded': succeeded,
    'capture.failed': failed,
    'capture.pending': pending,
    'capture.notification': notifications,
  };
}
