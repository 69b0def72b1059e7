import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { writerSchemas } from '../../../../../src/kafka/avro/writer-schemas.js';
import type { RegisteredSchema } from '../../../../../src/kafka/registry/client.js';
import { contractsWithIds, MemoryRegistry } from '../../../../support/contracts.js';
import { manualClock, settled } from '../../../../support/manual-clock.js';

const contract = contractsWithIds()['order.fulfilled'];
const OTHER_VERSION = `${contract.schema} `;

type ReadingOf = ReturnType<typeof writerSchemas>;

function ours(): MemoryRegistry {
  const registry = new MemoryRegistry();
  registry.put(contract.subject, contract.schema, contract.schemaId);
  return registry;
}

/** A registry whose answers, as they were when it was asked, come when they are let go. */
function slowRegistry(): {
  registry: MemoryRegistry;
  slow: Parameters<typeof writerSchemas>[1]['registry'];
  letGo: () => void;
} {
  const registry = ours();
  const held: (() => void)[] = [];
  return {
    registry,
    slow: {
      idOf: (...asked) => registry.idOf(...asked),
      schemaById: async (id): Promise<RegisteredSchema | null> => {
        const found = await registry.schemaById(id);
        await new Promise<void>((resolve) => held.push(resolve));
        return found;
      },
    },
    letGo: () => {
      for (const resolve of held.splice(0)) resolve();
    },
  };
}

function schemaQuestions({ asked }: MemoryRegistry): string[] {
  return asked.filter((question) => question.startsWith('schema'));
}

async function reasonOf(reading: ReturnType<ReadingOf>): Promise<string> {
  const settledReading = await reading;
  return 'resolver' in settledReading ? 'readable' : settledReading.rejection.rejected;
}

describe('a schema that the registry does not have', () => {
  it('is unknown, and is found as soon as somebody has registered it', async () => {
    const [registry, clock] = [ours(), manualClock()];
    const readingOf = writerSchemas(contract, { registry, clock });
    const reading = await readingOf(7);
    assert.ok('rejection' in reading);
    assert.equal(reading.rejection.rejected, 'unknown_schema');
    assert.match(reading.rejection.problem, /schema 7\b/);
    registry.put(contract.subject, OTHER_VERSION, 7);
    const again = readingOf(7);
    await clock.advance(10);
    assert.equal(await reasonOf(again), 'readable');
  });

  it('is asked for anew for messages that come while the answer is on its way: it may be out of date', async () => {
    const { registry, slow, letGo } = slowRegistry();
    const clock = manualClock();
    const readingOf = writerSchemas(contract, { registry: slow, clock });
    const early = Array.from({ length: 50 }, () => reasonOf(readingOf(7)));
    await settled();
    assert.deepEqual(schemaQuestions(registry), ['schema 7'], 'the question is put, and shared');
    registry.put(contract.subject, OTHER_VERSION, 7);
    const late = Array.from({ length: 50 }, () => reasonOf(readingOf(7)));
    letGo();
    assert.deepEqual([...new Set(await Promise.all(early))], ['unknown_schema']);
    await clock.advance(10);
    letGo();
    assert.deepEqual([...new Set(await Promise.all(late))], ['readable']);
    assert.equal(schemaQuestions(registry).length, 2);
  });

  it('is not asked for anew by who came while the answer was on its way, if that brings the schema', async () => {
    const { registry, slow, letGo } = slowRegistry();
    registry.put(contract.subject, OTHER_VERSION, 7);
    const readingOf = writerSchemas(contract, { registry: slow, clock: manualClock() });
    const early = readingOf(7);
    await settled();
    const late = readingOf(7);
    letGo();
    assert.equal(await late, await early);
    assert.equal(schemaQuestions(registry).length, 1);
  });

  it('takes a hundred questions a second at most in a flood of ids, which waits while orders of our own schema do not', async () => {
    const [registry, clock] = [ours(), manualClock()];
    const at: number[] = [];
    const asking = {
      idOf: (...asked: Parameters<MemoryRegistry['idOf']>) => registry.idOf(...asked),
      schemaById: async (id: number) => {
        at.push(clock.monotonic());
        await setImmediate();
        return registry.schemaById(id);
      },
    };
    const readingOf = writerSchemas(contract, { registry: asking, clock });
    // A hundred messages at a time: each lane goes through the same twenty ids, as fast as it can.
    let done = 0;
    let over = false;
    const lanes = Array.from({ length: 100 }, async (_, lane) => {
      for (let index = lane; !over; index += 1) {
        assert.equal(await reasonOf(readingOf(1_000 + (index % 20))), 'unknown_schema');
        done += 1;
      }
    });
    await clock.advance(6_005);
    assert.ok('resolver' in (await readingOf(contract.schemaId)), 'nothing has to wait for it');
    over = true;
    await clock.advance(1_000);
    await Promise.all(lanes);

    const gaps = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    assert.ok(
      gaps.every((gap) => gap >= 10),
      String(Math.min(...gaps)),
    );
    const inTime = at.filter((time) => time < 6_005).length;
    assert.ok(inTime >= 595, `the flood is worked off meanwhile, with ${String(inTime)} questions`);
    assert.ok(done > 2 * at.length, `${String(done)} messages share ${String(at.length)} questions`);
    const proofs = registry.asked.filter((question) => question.startsWith('id '));
    assert.ok(proofs.length <= 3, 'the registry proves itself once in three seconds');
  });
});
