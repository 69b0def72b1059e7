import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { CaptureEvent } from '../../../../src/capture/events.js';
import { EVENT_TYPES } from '../../../../src/capture/events.js';
import { isRejection } from '../../../../src/capture/rejection.js';
import { frame } from '../../../../src/kafka/avro/wire-format.js';
import { eventDecoder, type ReadEvent } from '../../../../src/kafka/event-decoder.js';
import { eventEncoder } from '../../../../src/kafka/event-encoder.js';
import { contractsWithIds, MemoryRegistry } from '../../../support/contracts.js';
import { anEvent } from '../../../support/events.js';

const contracts = contractsWithIds();
const encode = eventEncoder(contracts);
const clock = { monotonic: () => 0, sleep: () => Promise.resolve() };
const decode = eventDecoder(contracts, { registry: new MemoryRegistry(), clock });

async function there(event: CaptureEvent): Promise<ReadEvent> {
  const { record } = encode(event, '');
  const decoded = await decode(record.topic, record.value);
  assert.ok(!isRejection(decoded));
  return decoded;
}

/** What a subscriber reads of an event. */
function asRead(event: CaptureEvent): object {
  return event.type === 'capture.succeeded'
    ? { ...event, settlementAmount: null, settlementCurrency: null }
    : event;
}

for (const type of EVENT_TYPES) {
  describe(type, () => {
    it('is read as it was written', async () => {
      for (const change of [{}, { evidence: null }, { supersedes: 'event-0', sequence: 2_147_483_647 }]) {
        const event = anEvent(type, change);
        assert.deepEqual(await there(event), asRead(event));
      }
    });

    it('is read as it was written, whatever its amount and texts', async () => {
      const text = fc.string({ unit: 'binary' });
      const evidence = fc.tuple(fc.option(text), fc.option(text)).map(([providerCode, message]) => {
        return { kind: 'inquiry' as const, rank: 3, providerCode, message };
      });
      await fc.assert(
        fc.asyncProperty(
          fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
          text,
          evidence,
          async (amount, orderId, by) => {
            const event = anEvent(type, { amount, orderId, evidence: by });
            assert.deepEqual(await there(event), asRead(event));
          },
        ),
      );
    });

    it('is a rejection if it can not be read', async () => {
      const decoded = await decode(
        type,
        frame({ schemaId: contracts[type].schemaId, payload: Buffer.from('x') }),
      );
      assert.ok(isRejection(decoded));
      assert.equal(decoded.rejected, 'undecodable');
    });
  });
}

it('reads no other topic', async () => {
  await assert.rejects(decode('order.fulfilled', Buffer.alloc(0)), /no topic of capture events/);
});
