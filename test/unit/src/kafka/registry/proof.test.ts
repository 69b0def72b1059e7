import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasCode } from '../../../../../src/errors.js';
import { registryProof, type RegistryProof } from '../../../../../src/kafka/registry/proof.js';

const OURS = { subject: 'order.fulfilled-value', schema: '"string"', schemaId: 5 };

interface Rig {
  readonly proof: RegistryProof;
  readonly clock: { ms: number };
  /** How often the registry was asked. */
  readonly asked: () => number;
}

/** A registry that has our schema under `id` each time that it is asked. */
function rig(id: () => number | null | Promise<never>): Rig {
  let asked = 0;
  const clock = { ms: 1_000, monotonic: () => clock.ms };
  const registry = {
    idOf: async (subject: string, schema: string) => {
      asked += 1;
      assert.deepEqual([subject, schema], [OURS.subject, OURS.schema]);
      return id();
    },
  };
  return { proof: registryProof(OURS, { registry, clock }), clock, asked: () => asked };
}

const refuses = async (proof: Promise<void>, says: RegExp): Promise<void> => {
  await assert.rejects(proof, (error) => {
    assert.ok(hasCode(error, 'REGISTRY_UNAVAILABLE'));
    assert.match((error as Error).message, says);
    return true;
  });
};

describe('the proof that a registry is ours', () => {
  it('is that our schema still has its id', async () => {
    const { proof } = rig(() => 5);
    await proof.anew();
    await proof.recent();
  });

  it('fails if our schema is gone or has another id, and says so', async () => {
    for (const [id, says] of [
      [null, /subject order\.fulfilled-value under id 5.*now there is none.*Restore it/],
      [6, /now it is 6/],
    ] as const) {
      const { proof } = rig(() => id);
      await refuses(proof.anew(), says);
      await refuses(proof.recent(), says);
    }
  });

  it('is good for three seconds from when it was asked for, where a recent one will do', async () => {
    const { proof, clock, asked } = rig(() => 5);
    await Promise.all([proof.recent(), proof.recent()]);
    clock.ms += 2_999;
    await proof.recent();
    assert.equal(asked(), 1);
    clock.ms += 1;
    await proof.recent();
    assert.equal(asked(), 2);
    await proof.anew();
    assert.equal(asked(), 3);
    clock.ms += 2_999;
    await proof.recent();
    assert.equal(asked(), 3);
  });

  it('is forgotten at a doubt', async () => {
    const { proof, asked } = rig(() => 5);
    await proof.recent();
    proof.doubt();
    await proof.recent();
    assert.equal(asked(), 2);
  });

  it('is not kept if it fails, nor for those who wait for the same one', async () => {
    let id: number | null = null;
    const { proof, asked } = rig(() => id);
    await Promise.all([refuses(proof.recent(), /none/), refuses(proof.recent(), /none/)]);
    assert.equal(asked(), 1);
    id = 5;
    await proof.recent();
    assert.equal(asked(), 2);
  });

  it('rejects with what the registry fails with', async () => {
    const away = new Error('away');
    const { proof } = rig(() => Promise.reject(away));
    await assert.rejects(proof.recent(), away);
  });
});
