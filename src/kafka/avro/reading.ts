import type { Resolver, Type } from 'avsc';
import type { Rejection } from '../../capture/rejection.js';
import { reject } from '../../capture/rejection.js';
import { messageOf } from '../../errors.js';
import type { RegisteredSchema } from '../registry/client.js';
import type { RegisteredContract } from '../schema-registry.js';
import { mismatch } from './mismatch.js';
import { avroType } from './type.js';
import { writerForm } from './writer-form.js';

/** How the values of one writer's schema are read, or that they can't be. */
export type Reading = { readonly resolver: Resolver } | { readonly rejection: Rejection };

/** How values that were written with this schema are read as the contract, or what is wrong with the schema. Takes about a millisecond. */
export function readingOf(contract: RegisteredContract, schemaId: number, found: RegisteredSchema): Reading {
  const unreadable = (problem: string): Reading => ({
    rejection: undecodable(
      `was written with schema ${schemaId.toString()}, which can't be read as ${contract.name}: it ${problem}`,
      `correct the producer: it must write with a schema that the registry's subject ${contract.subject} has, or would take`,
    ),
  });
  if (found.schemaType !== 'AVRO') return unreadable(`is ${found.schemaType}, not Avro`);
  if (found.hasReferences) return unreadable('refers to schemas of other subjects');
  const parsed = parse(found.schema);
  if (parsed === null) return unreadable('is no JSON');
  let form: unknown;
  try {
    form = writerForm(parsed.json);
  } catch (error) {
    return unreadable(`is not accepted: ${messageOf(error)}`);
  }
  let type: Type;
  try {
    type = avroType(form);
  } catch (error) {
    return unreadable(`is no Avro schema${detailOf(error)}`);
  }
  try {
    return { resolver: contract.type.createResolver(type) };
  } catch {
    return unreadable(mismatch(type, contract.type));
  }
}

function parse(text: string): { readonly json: unknown } | null {
  try {
    return { json: JSON.parse(text) };
  } catch {
    return null;
  }
}

/** What avsc says of a schema that it refuses; what it stumbles over tells only of its insides. */
function detailOf(error: unknown): string {
  return error instanceof Error && error.constructor === Error ? ` (${error.message})` : '';
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

export function undecodable(
  problem: string,
  remedy = 'correct the producer: the value must be what its schema says',
): Rejection {
  const cut = problem.length > MAX_PROBLEM ? `${problem.slice(0, MAX_PROBLEM)}…` : problem;
  return reject('undecodable', 'value', cut, remedy);
}
