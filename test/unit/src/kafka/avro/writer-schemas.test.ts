import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CaptureWorkerError, hasCode } from '../../../../../src/errors.js';
import { writerSchemas } from '../../../../../src/kafka/avro/writer-schemas.js';
import { contractsWithIds, MemoryRegistry } from '../../../../support/contracts.js';

const contract = contractsWithIds()['order.fulfilled'];

function started(): { registry: MemoryRegistry; clock: { ms: number; monotonic(): number } } {
  const registry = new MemoryRegistry();
  registry.put(contract.subject, contract.schema, contract.schemaId);
  const clock = { ms: 5_000, monotonic: () => clock.ms };
  return { registry, clock };
}

const away = new CaptureWorkerError('REGISTRY_UNAVAILABLE', 'away');

describe('a schema that the registry has', () => {
  it('is asked for once, also by messages that come at once, and the reading is the same object ever after', async () => {
    const { registry, clock } = started();
    registry.put(contract.subject, `${contract.schema} `, 7);
    const readingOf = writerSchemas(contract, { registry, clock });
    const [first, second] = await Promise.all([readingOf(7), readingOf(7)]);
    assert.ok('resolver' in first);
    assert.equal(second, first);
    assert.equal(await readingOf(7), first);
    assert.deepEqual(registry.asked, ['schema 7']);
  });

  it('needs no question if it is our own', async () => {
    const { registry, clock } = started();
    assert.ok('resolver' in (await writerSchemas(contract, { registry, clock })(contract.schemaId)));
    assert.deepEqual(registry.asked, []);
  });

  const unreadable = {
    'is not Avro': { schema: '{}', schemaType: 'JSON', says: /is JSON, not Avro/ },
    'refers to others': { schema: contract.schema, hasReferences: true, says: /refers to schemas of other/ },
    'is of something else': {
      schema: '{"type":"record","name":"Other","fields":[]}',
      says: /can't be read as order.fulfilled/,
    },
    'is no schema': { schema: '{"type":"nope"}', says: /can't be read as order.fulfilled/ },
    'is no JSON': { schema: '{', says: /can't be read as order.fulfilled/ },
    'has a long name': {
      schema: JSON.stringify({ type: 'record', name: 'x'.repeat(5_000), fields: [] }),
      says: /^.{1,301}$/s,
    },
  };
  for (const [what, { says, schema, ...more }] of Object.entries(unreadable)) {
    it(`makes its messages undecodable if it ${what}, and is asked for once`, async () => {
      const { registry, clock } = started();
      registry.put('other-value', schema, 7, more);
      const readingOf = writerSchemas(contract, { registry, clock });
      const reading = await readingOf(7);
      assert.ok('rejection' in reading);
      assert.equal(reading.rejection.rejected, 'undecodable');
      assert.match(reading.rejection.problem, says);
      await readingOf(7);
      assert.deepEqual(registry.asked, ['schema 7']);
    });
  }
});

describe('a schema that the registry does not have', () => {
  it('is unknown, and is not asked for again for a while', async () => {
    const { registry, clock } = started();
    const readingOf = writerSchemas(contract, { registry, clock, unknownForMs: 1_000 });
    const reading = await readingOf(7);
    assert.ok('rejection' in reading);
    assert.equal(reading.rejection.rejected, 'unknown_schema');
    assert.match(reading.rejection.problem, /schema 7\b/);
    clock.ms += 999;
    await readingOf(7);
    assert.deepEqual(registry.asked, ['schema 7', `id ${contract.subject}`]);
    clock.ms += 1;
    registry.put(contract.subject, `${contract.schema} `, 7);
    assert.ok('resolver' in (await readingOf(7)));
  });

  it('is remembered for the latest thousand ids only', async () => {
    const { registry, clock } = started();
    const readingOf = writerSchemas(contract, { registry, clock });
    for (let id = 1_000; id <= 2_000; id++) await readingOf(id);
    registry.asked.length = 0;
    await readingOf(2_000);
    await readingOf(1_001);
    assert.deepEqual(registry.asked, []);
    await readingOf(1_000);
    assert.equal(registry.asked[0], 'schema 1000');
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

  it('is asked again after it was away', async () => {
    const { registry, clock } = started();
    registry.put(contract.subject, `${contract.schema} `, 7);
    const readingOf = writerSchemas(contract, { registry, clock });
    registry.failure = away;
    await Promise.all([stillAway(readingOf), stillAway(readingOf)]);
    assert.deepEqual(registry.asked, ['schema 7']);
    registry.failure = null;
    assert.ok('resolver' in (await readingOf(7)));
  });
});
