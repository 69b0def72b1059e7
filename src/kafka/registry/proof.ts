import { CaptureWorkerError } from '../../errors.js';
import type { Clock } from '../../ports/clock.js';
import type { RegisteredContract } from '../schema-registry.js';
import type { RegistryClient } from './client.js';

/**
 * Makes sure that the registry is the one that we were started with: that it still has our own schema under the id that it had then. An
 * empty or another one knows the ids of messages not at all, or by other schemas, and every order would become a dead letter, or be read
 * wrongly. Both reject with REGISTRY_UNAVAILABLE while the registry is another one or gives no answer.
 */
export interface RegistryProof {
  /** Asks now. For what is believed for good. */
  anew(): Promise<void>;
  /** Asks unless the last proof is still good, or under way. For what is asked again soon. */
  recent(): Promise<void>;
  /** Forgets the last proof, since something went wrong after it. */
  doubt(): void;
}

export interface ProofParts {
  readonly registry: Pick<RegistryClient, 'idOf'>;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/**
 * For how long a proof is good, in ms. Messages with unknown ids come in floods, and each would take two calls. A registry that is replaced
 * within this time, and without one call that fails, is believed for the rest of it in what it says no to; nothing more, since what is
 * believed for good is proven anew.
 */
const GOOD_FOR_MS = 3_000;

export function registryProof(
  contract: Pick<RegisteredContract, 'subject' | 'schema' | 'schemaId'>,
  { registry, clock }: ProofParts,
): RegistryProof {
  let latest: { readonly begunAt: number; readonly given: Promise<void> } | null = null;

  function anew(): Promise<void> {
    const proof = { begunAt: clock.monotonic(), given: prove(registry, contract) };
    latest = proof;
    proof.given.catch(() => {
      if (latest === proof) latest = null;
    });
    return proof.given;
  }

  return {
    anew,
    recent: () =>
      latest !== null && clock.monotonic() - latest.begunAt < GOOD_FOR_MS ? latest.given : anew(),
    doubt: () => {
      latest = null;
    },
  };
}

async function prove(
  registry: ProofParts['registry'],
  { subject, schema, schemaId }: Pick<RegisteredContract, 'subject' | 'schema' | 'schemaId'>,
): Promise<void> {
  const id = await registry.idOf(subject, schema);
  if (id === schemaId) return;
  throw new CaptureWorkerError(
    'REGISTRY_UNAVAILABLE',
    `the schema registry no longer has the schema of subject ${subject} under id ${schemaId.toString()}, as it had at start ` +
      `(now ${id === null ? 'there is none' : `it is ${id.toString()}`}): it was emptied or replaced. Restore it; messages wait meanwhile`,
  );
}
