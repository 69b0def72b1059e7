import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { consumeCapturePending } from '../../../consumers/capture-pending.js';
import { CaptureWorkerError } from '../../../src/errors.js';
import { eventDecoder } from '../../../src/kafka/event-decoder.js';
import { eventEncoder } from '../../../src/kafka/event-encoder.js';
import type { PromisedInquiry } from '../../../src/ports/store.js';
import { contractsWithIds, MemoryRegistry } from '../../support/contracts.js';
import { EPOCH } from '../../support/captures.js';
import { anEvent } from '../../support/events.js';
import { SILENT } from '../../support/kafka.js';

const contracts = contractsWithIds();
const REFUSED = new CaptureWorkerError('STORE_REFUSED_DATA', 'no uuid');
const AWAY = new CaptureWorkerError('STORE_UNAVAILABLE', 'away');

interface Consumed {
  readonly woken: readonly PromisedInquiry[];
  readonly letters: readonly string[];
}

async function consume(
  value: Uint8Array | null,
  { failure = null as Error | null, topic = 'capture.pending' } = {},
): Promise<Consumed> {
  const woken: PromisedInquiry[] = [];
  const letters: string[] = [];
  const consumer = consumeCapturePending({
    decode: eventDecoder(contracts, {
      registry: new MemoryRegistry(),
      clock: { monotonic: () => 0, sleep: () => Promise.resolve() },
    }),
    wake: (promised) => {
      woken.push(promised);
      return failure === null ? Promise.resolve(true) : Promise.reject(failure);
    },
    deadLetter: (_message, { rejected }) => {
      letters.push(rejected);
      return Promise.resolve();
    },
    observer: { deadLetter: (reason) => void letters.push(`counted ${reason}`) },
    log: SILENT,
  });
  await consumer({ topic, partition: 0, offset: 1n, key: null, value, headers: [], timestamp: EPOCH });
  return { woken, letters };
}

function written(change: { readonly nextInquiryAt: Date | null }): Uint8Array | null {
  const event = anEvent('capture.pending', { captureId: 'c', sequence: 3 });
  return eventEncoder(contracts)({ ...event, ...change }, '').record.value;
}

describe('the consumer of capture.pending', () => {
  it('sees to it that the inquiry that an event promises is on time', async () => {
    const { woken, letters } = await consume(written({ nextInquiryAt: EPOCH }));
    assert.deepEqual(woken, [{ captureId: 'c', sequence: 3, at: EPOCH }]);
    assert.deepEqual(letters, []);
  });

  it('passes one over that promises none', async () => {
    assert.deepEqual(await consume(written({ nextInquiryAt: null })), { woken: [], letters: [] });
  });

  it('makes a dead letter of what can’t be read, and of what no worker wrote', async () => {
    assert.deepEqual((await consume(null)).letters, ['null_value', 'counted null_value']);
    const { letters } = await consume(written({ nextInquiryAt: EPOCH }), { failure: REFUSED });
    assert.deepEqual(letters, ['refused_by_store', 'counted refused_by_store']);
  });

  it('leaves a message uncommitted while the store is away', async () => {
    await assert.rejects(consume(written({ nextInquiryAt: EPOCH }), { failure: AWAY }), AWAY);
  });
});
