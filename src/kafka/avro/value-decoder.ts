import type { Rejection } from '../../capture/rejection.js';
import { reject } from '../../capture/rejection.js';
import { messageOf } from '../../errors.js';
import type { RegisteredContract } from '../schema-registry.js';
import { unframe } from './wire-format.js';
import { undecodable, unknownSchema } from './reading.js';
import { writerSchemas, type DecoderParts } from './writer-schemas.js';

/**
 * Decodes a value into the record that the contract's schema describes, whichever version it was written with, or says why nobody can
 * read it. Rejects with REGISTRY_UNAVAILABLE while the writer's schema can't be learnt: then nothing is wrong with the message.
 */
export type ValueDecoder = (value: Uint8Array | null) => Promise<DecodedRecord | Rejection>;

/** What avsc makes of a value. Its shape is that of the contract's schema. */
export interface DecodedRecord {
  readonly record: unknown;
}

/** A decoder of one contract. Keep it: it remembers the writers' schemas. */
export function valueDecoder(contract: RegisteredContract, parts: DecoderParts): ValueDecoder {
  const readingOf = writerSchemas(contract, parts);
  return async (value) => {
    if (value === null) {
      return reject('null_value', 'value', 'is null', `write an event: ${contract.topic} has no tombstones`);
    }
    const framed = unframe(value);
    if (framed === null) {
      return reject(
        'not_avro_framed',
        'value',
        'does not begin with a zero byte and a schema id',
        "write it with a schema registry's Avro serializer",
      );
    }
    // No registry gives out such ids, and some answer a question for one as if they were another server.
    if (framed.schemaId <= 0) return unknownSchema(framed.schemaId);
    const reading = await readingOf(framed.schemaId);
    if ('rejection' in reading) return reading.rejection;
    try {
      return { record: contract.type.fromBuffer(framed.payload, reading.resolver) };
    } catch (error) {
      return undecodable(`is no value of schema ${framed.schemaId.toString()}: ${whyNot(error)}`);
    }
  };
}

/** avsc fails with a type error of its own where the number of a union's branch is none. */
function whyNot(error: unknown): string {
  return error instanceof TypeError ? "its bytes don't follow the schema" : messageOf(error);
}
