import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CaptureWorkerError, hasCode } from '../../../../../src/errors.js';
import { writerSchemas } from '../../../../../src/kafka/avro/writer-schemas.js';
import { contractsWithIds, MemoryRegistry } from '../../../../support/contracts.js';

const contract = contractsWithIds()['order.fulfilled'];

interface TestClock {
  ms: number;
  monotonic(): number;
  sleep(ms: number): Promise<void>;
}

/** Whoever sleeps moves the clock on. */
function started(): { registry: MemoryRegistry; clock: TestClock } {
  const registry = new MemoryRegistry();
  registry.put(contract.subject, contract.schema, contract.schemaId);
  const clock: TestClock = {
    ms: 5_000,
    monotonic: () => clock.ms,
    sleep: (ms) => {
      clock.ms += ms;
      return Promise.resolve();
    },
  };
  return { registry, clock };
}

const away = new CaptureWorkerError('REGISTRY_UNAVAILABLE', 'away');

/** What is asked of the registry to prove that it is ours. */
const PROOF = `id ${contract.subject}`;

describe('a schema that the registry has', () => {
  it('is asked for once, also by messages that come at once, and the reading is the same object ever after', async () => {
    const { registry, clock } = started();
    registry.put(contract.subject, `${contract.schema} `, 7);
    const readingOf = writerSchemas(contract, { registry, clock });
    const [first, second] = await Promise.all([readingOf(7), readingOf(7)]);
    assert.ok('resolver' in first);
    assert.equal(second, first);
    assert.equal(await readingOf(7), first);
    // Proven again, after the answer: the reading is for good.
    assert.deepEqual(registry.asked, [PROOF, 'schema 7', PROOF]);
  });

  it('needs no question if it is our own', async () => {
    const { registry, clock } = started();
    assert.ok('resolver' in (await writerSchemas(contract, { registry, clock })(contract.schemaId)));
    assert.deepEqual(registry.asked, []);
  });

  const unreadable = {
    'is not Avro': { schema: '{}', schemaType: 'JSON' },
    'refers to others': { schema: contract.schema, hasReferences: true },
    'is of something else': { schema: '{"type":"record","name":"Other","fields":[]}' },
    'is no schema': { schema: '{"type":"nope"}' },
    'is no JSON': { schema: '{' },
  };
  for (const [what, { schema, ...more }] of Object.entries(unreadable)) {
    it(`makes its messages undecodable for a minute if it ${what}`, async () => {
      const { registry, clock } = started();
      registry.put('other-value', schema, 7, more);
      const readingOf = writerSchemas(contract, { registry, clock });
      const reading = await readingOf(7);
      assert.ok('rejection' in reading);
      assert.equal(reading.rejection.rejected, 'undecodable');
      clock.ms += 59_999;
      assert.equal(await readingOf(7), reading);
      assert.deepEqual(registry.asked, [PROOF, 'schema 7', PROOF]);
      clock.ms += 1;
      registry.put(contract.subject, `${contract.schema} `, 7);
      assert.ok('resolver' in (await readingOf(7)));
    });
  }

  it('is remembered for the latest thousand ids only, if it cannot be read', async () => {
    const { registry, clock } = started();
    const readingOf = writerSchemas(contract, { registry, clock });
    for (let id = 1_000; id <= 2_000; id++) {
      registry.put('other-value', '"string"', id);
      await readingOf(id);
    }
    registry.asked.length = 0;
    await readingOf(2_000);
    await readingOf(1_001);
    assert.deepEqual(asksFor(registry, 'schema'), []);
    await readingOf(1_000);
    assert.deepEqual(asksFor(registry, 'schema'), ['schema 1000']);
  });

  it('is read whatever its docs and defaults are: the defaults that count are ours', async () => {
    const { registry, clock } = started();
    const schema = JSON.parse(contract.schema) as { fields: object[] };
    const added = { name: 'added', type: 'int', default: 'none', doc: 5, aliases: 'x', order: 'never' };
    registry.put(contract.subject, JSON.stringify({ ...schema, fields: [...schema.fields, added] }), 7);
    assert.ok('resolver' in (await writerSchemas(contract, { registry, clock })(7)));
  });
});

describe('a registry that can not be believed', () => {
  const stillAway = async (readingOf: (id: number) => Promise<unknown>): Promise<void> => {
    await assert.rejects(readingOf(7), (error) => hasCode(error, 'REGISTRY_UNAVAILABLE'));
  };

  it('is unavailable if it has lost our own schema: an empty registry makes no dead letters', async () => {
    const { clock } = started();
    const registry = new MemoryRegistry();
    const readingOf = writerSchemas(contract, { registry, clock });
    await stillAway(readingOf);
    await stillAway(readingOf);
    // Nothing of it was kept.
    registry.put(contract.subject, contract.schema, contract.schemaId);
    registry.put(contract.subject, `${contract.schema} `, 7);
    assert.ok('resolver' in (await readingOf(7)));
  });

  it('is unavailable if it has our own schema under another id: another registry makes no dead letters', async () => {
    const { clock } = started();
    const registry = new MemoryRegistry();
    registry.put(contract.subject, contract.schema, 3);
    await stillAway(writerSchemas(contract, { registry, clock }));
  });

  /** What another registry may have under an id of ours. */
  const elsewhere = {
    'a schema of something else': { schema: '{"type":"record","name":"Other","fields":[]}' },
    'no schema': { schema: '' },
    'a page': { schema: '<html>' },
    'a schema that is no Avro': { schema: '{}', schemaType: 'JSON' },
    'a schema that refers to others': { schema: contract.schema, hasReferences: true },
    'a schema that can be read': { schema: `${contract.schema} ` },
  };
  for (const [what, { schema, ...more }] of Object.entries(elsewhere)) {
    it(`is unavailable if it is another one, with ${what} under the id, and is believed when ours is back`, async () => {
      const { registry, clock } = started();
      const another = new MemoryRegistry();
      another.put(contract.subject, schema, 7, more);
      let answers: MemoryRegistry = another;
      const readingOf = writerSchemas(contract, { registry: either(() => answers), clock });
      await stillAway(readingOf);
      await Promise.all([stillAway(readingOf), stillAway(readingOf)]);
      registry.put(contract.subject, orderWithoutDescription(), 7);
      answers = registry;
      assert.ok('resolver' in (await readingOf(7)));
    });

    it(`is unavailable if it was replaced since it proved itself, and has ${what} under the id`, async () => {
      const { registry, clock } = started();
      let answers = registry;
      const readingOf = writerSchemas(contract, { registry: either(() => answers), clock });
      await readingOf(8);
      clock.ms += 3_000;
      answers = new MemoryRegistry();
      answers.put('any-value', schema, 7, more);
      await stillAway(readingOf);
    });
  }

  it('is not believed for good on a proof from before the answer', async () => {
    const { registry, clock } = started();
    let answers = registry;
    const readingOf = writerSchemas(contract, { registry: either(() => answers), clock });
    await readingOf(8);
    answers = new MemoryRegistry();
    answers.put('any-value', `${contract.schema} `, 7);
    // The last proof is a moment old.
    await stillAway(readingOf);
  });

  it('is not believed for good on a proof from after the answer alone: ours may have come back in between', async () => {
    const { registry, clock } = started();
    const another = new MemoryRegistry();
    another.put('any-value', `${contract.schema} `, 7);
    const readingOf = writerSchemas(contract, {
      registry: {
        idOf: (...asked) => (another.asked.length > 0 ? registry : another).idOf(...asked),
        schemaById: (id) => another.schemaById(id),
      },
      clock,
    });
    await stillAway(readingOf);
    assert.deepEqual(another.asked, [PROOF], 'what it has under the id was not even asked');
  });

  it('refuses nothing while it is another one, nor anything for what it said in the last moment', async () => {
    const { registry, clock } = started();
    const another = new MemoryRegistry();
    let answers = registry;
    const readingOf = writerSchemas(contract, { registry: either(() => answers), clock });
    await readingOf(8);
    answers = another;
    assert.ok('rejection' in (await readingOf(7)), 'the last proof is a moment old');
    clock.ms += 3_000;
    await stillAway(readingOf);
    registry.put(contract.subject, `${contract.schema} `, 7);
    answers = registry;
    assert.ok('resolver' in (await readingOf(7)));
  });

  it('must prove itself anew after a call that failed', async () => {
    const { registry, clock } = started();
    let answers = registry;
    const readingOf = writerSchemas(contract, { registry: either(() => answers), clock });
    await readingOf(8);
    registry.failure = away;
    await stillAway(readingOf);
    // A moment later another one stands there, which knows none of our ids.
    answers = new MemoryRegistry();
    await stillAway(readingOf);
  });

  it('is asked again after it was away', async () => {
    const { registry, clock } = started();
    registry.put(contract.subject, `${contract.schema} `, 7);
    const readingOf = writerSchemas(contract, { registry, clock });
    registry.failure = away;
    await Promise.all([stillAway(readingOf), stillAway(readingOf)]);
    assert.deepEqual(registry.asked, [PROOF]);
    registry.failure = null;
    assert.ok('resolver' in (await readingOf(7)));
  });
});

/** Asks whichever registry answers at the moment. */
function either(answering: () => MemoryRegistry): Pick<MemoryRegistry, 'idOf' | 'schemaById'> {
  return {
    idOf: (...asked) => answering().idOf(...asked),
    schemaById: (id) => answering().schemaById(id),
  };
}

/** A version that lets values be read, and is not ours. */
function orderWithoutDescription(): string {
  const schema = JSON.parse(contract.schema) as { fields: { name: string }[] };
  return JSON.stringify({ ...schema, fields: schema.fields.filter(({ name }) => name !== 'description') });
}

function asksFor(registry: MemoryRegistry, what: string): string[] {
  return registry.asked.filter((question) => question.startsWith(what));
}
