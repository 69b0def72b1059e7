import type { Clock } from '../../ports/clock.js';
import type { RegistryClient } from '../registry/client.js';
import { registryProof } from '../registry/proof.js';
import type { RegisteredContract } from '../schema-registry.js';
import { pace } from './pace.js';
import { readingOf, unknownSchema, type Reading } from './reading.js';

export interface DecoderParts {
  readonly registry: Pick<RegistryClient, 'schemaById' | 'idOf'>;
  readonly clock: Pick<Clock, 'monotonic' | 'sleep'>;
}

/** How far apart questions begin about ids that have no reading yet, in ms. */
const ASK_EVERY_MS = 10;
const UNREADABLE_FOR_MS = 60_000;
/** So many schemas that can't be read are remembered, then the oldest is forgotten. */
const MAX_UNREADABLE = 1000;

/** One question about an id, from when somebody wants it asked until it is answered. */
interface Question {
  /** Set when it is put to the registry. */
  begun: boolean;
  readonly answer: Promise<Reading>;
}

/**
 * Finds how values written with a schema id are read as the contract. What the registry says is believed for as long as it stays true:
 *
 * - A schema that can be read: for good. The registry never changes it, and its reading takes about a millisecond to build.
 * - A schema that can't be read: for a minute. It doesn't change either, but whoever deletes it may put another in its place.
 * - That there is no such schema: never, for a message that came after the question. A producer can have registered the schema and sent
 *   the message at any moment since, and the order would be called unreadable although it isn't. So the registry is asked anew.
 *
 * Ids come from messages and can be anything, also in floods. There is one question an id at a time; all messages that came before it
 * began share its answer, and those that come later wait for it and share the next one. Questions about all ids together begin at most a
 * hundred times a second: a flood waits, and orders of known schemas don't.
 *
 * Nothing is believed of a registry that hasn't proven to be ours, and nothing is refused while it can't. Rejects with
 * REGISTRY_UNAVAILABLE if there is no answer, or none of our registry, and keeps nothing of that.
 */
export function writerSchemas(
  contract: RegisteredContract,
  { registry, clock }: DecoderParts,
): (schemaId: number) => Promise<Reading> {
  // Grows only by ids that the registry has.
  const readings = new Map<number, Reading>([
    [contract.schemaId, { resolver: contract.type.createResolver(contract.type) }],
  ]);
  const questions = new Map<number, Question>();
  const unreadable = new Map<number, { readonly reading: Reading; readonly untilMs: number }>();
  const proof = registryProof(contract, { registry, clock });
  const turn = pace(clock, ASK_EVERY_MS);

  async function ask(schemaId: number, begin: () => void): Promise<Reading> {
    const known = unreadable.get(schemaId);
    if (known !== undefined && clock.monotonic() < known.untilMs) {
      await proof.recent();
      return known.reading;
    }
    await turn();
    // Before the question and after it: messages ask again and again while another registry stands there, also in the moment in which
    // ours comes back.
    await proof.recent();
    begin();
    const found = await registry.schemaById(schemaId);
    if (found === null) {
      await proof.recent();
      return { rejection: unknownSchema(schemaId) };
    }
    const reading = readingOf(contract, schemaId, found);
    if ('resolver' in reading) {
      await proof.anew();
      readings.set(schemaId, reading);
    } else {
      await proof.recent();
      remember(schemaId, reading);
    }
    return reading;
  }

  function remember(schemaId: number, reading: Reading): void {
    unreadable.delete(schemaId);
    unreadable.set(schemaId, { reading, untilMs: clock.monotonic() + UNREADABLE_FOR_MS });
    const [oldest] = unreadable.keys();
    if (unreadable.size > MAX_UNREADABLE && oldest !== undefined) unreadable.delete(oldest);
  }

  function open(schemaId: number): Question {
    const question = {
      begun: false,
      answer: ask(schemaId, () => {
        question.begun = true;
      })
        .catch((error: unknown) => {
          // Perhaps it wasn't ours any more when it last said no.
          proof.doubt();
          unreadable.clear();
          throw error;
        })
        .finally(() => {
          questions.delete(schemaId);
        }),
    };
    questions.set(schemaId, question);
    return question;
  }

  return async (schemaId) => {
    for (;;) {
      const known = readings.get(schemaId);
      if (known !== undefined) return known;
      const question = questions.get(schemaId) ?? open(schemaId);
      const isLate = question.begun;
      const reading = await question.answer;
      if (!isLate || !isMissing(reading)) return reading;
    }
  };
}

function isMissing(reading: Reading): boolean {
  return 'rejection' in reading && reading.rejection.rejected === 'unknown_schema';
}
