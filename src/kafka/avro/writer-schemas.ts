import type { Resolver } from 'avsc';
import { reject, type Rejection } from '../../capture/order.js';
import { messageOf } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import type { RegisteredSchema, RegistryClient } from '../registry/client.js';
import { registryProof } from '../registry/proof.js';
import type { RegisteredContract } from '../schema-registry.js';
import { avroType } from './type.js';
import { writerForm } from './writer-form.js';

export interface DecoderParts {
  readonly registry: Pick<RegistryClient, 'schemaById' | 'idOf'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** For how long the registry isn't asked again for an id under which it has no schema that can be read, in ms. */
  readonly refusedForMs?: number;
}

/** How the values of one writer's schema are read, or that they can't be. */
export type Reading = { readonly resolver: Resolver } | { readonly rejection: Rejection };

const REFUSED_FOR_MS = 60_000;
/** Ids come from messages and can be anything: so many without a reading are remembered, then the oldest is forgotten. */
const MAX_REFUSED = 1000;

/**
 * Finds how values written with a schema id are read as the contract. The registry is asked once an id, and the reading, which takes
 * about a millisecond to build, is kept. That there is none, since the registry has no such id or no schema that can be read, is believed
 * for a minute. Nothing is believed of a registry that hasn't proven to be ours, and nothing is refused while it can't. Rejects with
 * REGISTRY_UNAVAILABLE if there is no answer, or none of our registry, and keeps nothing of that.
 */
export function writerSchemas(
  contract: RegisteredContract,
  { registry, clock, refusedForMs = REFUSED_FOR_MS }: DecoderParts,
): (schemaId: number) => Promise<Reading> {
  // Grows only by ids that the registry has.
  const readings = new Map<number, Reading>([
    [contract.schemaId, { resolver: contract.type.createResolver(contract.type) }],
  ]);
  const asking = new Map<number, Promise<Reading>>();
  const refused = new Map<number, { readonly reading: Reading; readonly untilMs: number }>();
  const proof = registryProof(contract, { registry, clock });

  async function ask(schemaId: number): Promise<Reading> {
    // Before the question and after it: messages ask again and again while another registry stands there, also in the moment in which
    // ours comes back.
    await proof.recent();
    const found = await registry.schemaById(schemaId);
    const reading = readingOf(contract, schemaId, found);
    if ('resolver' in reading) {
      await proof.anew();
      readings.set(schemaId, reading);
    } else {
      await proof.recent();
      refuse(schemaId, reading);
    }
    return reading;
  }

  function refuse(schemaId: number, reading: Reading): void {
    refused.delete(schemaId);
    refused.set(schemaId, { reading, untilMs: clock.monotonic() + refusedForMs });
    const [oldest] = refused.keys();
    if (refused.size > MAX_REFUSED && oldest !== undefined) refused.delete(oldest);
  }

  async function find(schemaId: number): Promise<Reading> {
    const missing = refused.get(schemaId);
    if (missing === undefined || clock.monotonic() >= missing.untilMs) return ask(schemaId);
    await proof.recent();
    return missing.reading;
  }

  async function findOnce(schemaId: number): Promise<Reading> {
    try {
      return await find(schemaId);
    } catch (error) {
      // Perhaps it wasn't ours any more when it last said no.
      proof.doubt();
      refused.clear();
      throw error;
    } finally {
      asking.delete(schemaId);
    }
  }

  return async (schemaId) => {
    const known = readings.get(schemaId);
    if (known !== undefined) return known;
    const underWay = asking.get(schemaId);
    if (underWay !== undefined) return underWay;
    const answer = findOnce(schemaId);
    asking.set(schemaId, answer);
    return answer;
  };
}

function readingOf(contract: RegisteredContract, schemaId: number, found: RegisteredSchema | null): Reading {
  if (found === null) return { rejection: unknownSchema(schemaId) };
  const writtenWith = `was written with schema ${schemaId.toString()}, which`;
  if (found.schemaType !== 'AVRO') {
    return { rejection: undecodable(`${writtenWith} is ${found.schemaType}, not Avro`) };
  }
  if (found.hasReferences) {
    return { rejection: undecodable(`${writtenWith} refers to schemas of other subjects`) };
  }
  try {
    return { resolver: contract.type.createResolver(avroType(writerForm(JSON.parse(found.schema)))) };
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
