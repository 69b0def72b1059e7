import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EVENT_TYPES } from '../../../../src/capture/events.js';
import { hasCode } from '../../../../src/errors.js';
import { unframe } from '../../../../src/kafka/avro/wire-format.js';
import { eventEncoder } from '../../../../src/kafka/event-encoder.js';
import { contractsWithIds } from '../../../support/contracts.js';
import { anEvent } from '../../../support/events.js';

const contracts = contractsWithIds();
const encode = eventEncoder(contracts);
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

for (const type of EVENT_TYPES) {
  describe(type, () => {
    it('is written to its topic, keyed by the payment, with the id of its schema', () => {
      const event = anEvent(type, { paymentId: 'zahlung-ü' });
      const encoded = encode(event, TRACE);
      assert.equal(encoded.event, event);
      assert.equal(encoded.record.topic, type);
      assert.deepEqual(encoded.record.key, Buffer.from('zahlung-ü', 'utf8'));
      assert.ok(encoded.record.value);
      assert.equal(unframe(encoded.record.value)?.schemaId, contracts[type].schemaId);
    });

    it('has the headers of a CloudEvent', () => {
      const event = anEvent(type);
      const headers = encode(event, TRACE).record.headers;
      assert.deepEqual(
        headers.map(([name, value]) => [name, Buffer.from(value).toString('utf8')]),
        [
          ['ce_specversion', '1.0'],
          ['ce_id', event.eventId],
          ['ce_source', '/capture-worker'],
          ['ce_type', `${type}.v1`],
          ['ce_subject', event.captureId],
          ['ce_time', event.occurredAt.toISOString()],
          ['content-type', 'application/avro'],
          ['traceparent', TRACE],
        ],
      );
    });

    it('is the same bytes whenever it is encoded', () => {
      const again = eventEncoder(contractsWithIds())(anEvent(type), TRACE);
      assert.deepEqual(again.record, encode(anEvent(type), TRACE).record);
    });

    it('is refused with an amount that 64 bits can not hold', () => {
      assert.throws(
        () => encode(anEvent(type, { amount: 2n ** 63n }), TRACE),
        (error) => hasCode(error, 'AMOUNT_OUT_OF_RANGE') && (error as Error).message.startsWith('amount is '),
      );
    });
  });
}
