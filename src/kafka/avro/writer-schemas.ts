import type { Resolver } from 'avsc';
import { reject, type Rejection } from '../../capture/order.js';
import { CaptureWorkerError, messageOf } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import type { RegisteredSchema, RegistryClient } from '../registry/client.js';
import type { RegisteredContract } from '../schema-registry.js';
import { avroType } from './type.js';

export interface DecoderParts {
  readonly registry: Pick<RegistryClient, 'schemaById' | 'idOf'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** For how long the registry isn't asked again for an id that it doesn't know, in ms. */
  readonly unknownForMs?: number;
}

/** How the values of one writer's schema are read, or that they can't be. */
export type Reading = { readonly resolver: Resolver } | { readonly rejection: Rejection };

const UNKNOWN_FOR_MS = 60_000;
/** Ids come from messages and can be anything: so many unknown ones are remembered, then the oldest is forgotten. */
const MAX_UNKNOWN = 1000;

/**
 * Finds how values written with a schema id are read as the contract. The registry is asked once an id, and the reading, which takes
 * about a millisecond to build, is kept. Rejects with REGISTRY_UNAVAILABLE if there is no answer, and keeps nothing of that.
 */
export function writerSchemas(
  contract: RegisteredContract,
  { registry, clock, unknownForMs = UNKNOWN_FOR_MS }: DecoderParts,
): (schemaId: number) => Promise<Reading> {
  // Grows only by ids that the registry has.
  const readings = new Map<number, Reading>([
    [contract.schemaId, { resolver: contract.type.createResolver(contract.type) }],
  ]);
  const asking = new Map<number, Promise<Reading>>();
  const unknown = new Map<number, { readonly rejection: Rejection; readonly untilMs: number }>();

  const ask = async (schemaId: number): Promise<Reading> => {
    const found = await registry.schemaById(schemaId);
    if (found !== null) {
      const reading = readingWith(contract, schemaId, found);
      readings.set(schemaId, reading);
      return reading;
    }
    await proveRegistry(registry, contract);
    const rejection = unknownSchema(schemaId);
    unknown.delete(schemaId);
    unknown.set(schemaId, { rejection, untilMs: clock.monotonic() + unknownForMs });
    const [oldest] = unknown.keys();
    if (unknown.size > MAX_UNKNOWN && oldest !== undefined) unknown.delete(oldest);
    return { rejection };
  };

  return async (schemaId) => {
    const known = readings.get(schemaId);
    if (known !== undefined) return known;
    const missing = unknown.get(schemaId);
    if (missing !== undefined && clock.monotonic() < missing.untilMs) return missing;
    const underWay = asking.get(schemaId);
    if (underWay !== undefined) return underWay;
    const answer = ask(schemaId).finally(() => asking.delete(schemaId));
    asking.set(schemaId, answer);
    return answer;
  };
}

/**
 * Makes sure that the registry that doesn't know an id is the one that we were started with: an empty or another one knows the id of no
 * message at all, and every order would become a dead letter.
 */
async function proveRegistry(
  registry: DecoderParts['registry'],
  contract: RegisteredContract,
): Promise<void> {
  const { subject, schema, schemaId } = contract;
  const id = await registry.idOf(subject, schema);
  if (id === schemaId) return;
  throw new CaptureWorkerError(
    'REGISTRY_UNAVAILABLE',
    `the schema registry no longer has the schema of subject ${subject} under id ${schemaId.toString()}, as it had at start ` +
      `(now ${id === null ? 'there is none' : `it is ${id.toString()}`}): it was emptied or replaced. Restore it; messages wait meanwhile`,
  );
}

function readingWith(contract: RegisteredContract, schemaId: number, found: RegisteredSchema): Reading {
  const writtenWith = `was written with schema ${schemaId.toString()}, which`;
  if (found.schemaType !== 'AVRO') {
    return { rejection: undecodable(`${writtenWith} is ${found.schemaType}, not Avro`) };
  }
  if (found.hasReferences) {
    return { rejection: undecodable(`${writtenWith} refers to schemas of other subjects`) };
  }
  try {
    return { resolver: contract.type.createResolver(avroType(JSON.parse(found.schema))) };
  } catch (error) {
    return {
      rejection: undecodable(`${writtenWith} can't be read as ${contract.name}: ${messageOf(error)}`),
    };
  }
}

export function unknownSchema(schemaId: number): Rejection {
  return reject(
    'unknown_schema',
    'value',
    `names schema ${schemaId.toString()}, which the registry does not have`,
    'find out which registry the producer uses; if the schema was deleted, restore it and send the message again',
  );
}

/** avsc quotes whole schemas and values in its errors; a dead letter's header must stay small. */
const MAX_PROBLEM = 300;

export function undecodable(problem: string): Rejection {
  const cut = problem.length > MAX_PROBLEM ? `${problem.slice(0, MAX_PROBLEM)}…` : problem;
  return reject('undecodable', 'value', cut, 'correct the producer: the value must be what its schema says');
}
