import assert from 'node:assert/strict';
import { it } from 'node:test';
import { hasCode } from '../../../../src/errors.js';
import { unframe } from '../../../../src/kafka/avro/wire-format.js';
import { orderEncoder } from '../../../../src/kafka/order-encoder.js';
import { EPOCH } from '../../../support/captures.js';
import { anOrder, contractsWithIds } from '../../../support/contracts.js';

const contracts = contractsWithIds();
const encode = orderEncoder(contracts, { source: '/orders' });
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

it('writes an order for its topic, keyed by the payment', () => {
  const record = encode(anOrder({ paymentId: 'zahlung-ü' }), TRACE);
  assert.equal(record.topic, 'order.fulfilled');
  assert.deepEqual(record.key, Buffer.from('zahlung-ü', 'utf8'));
  assert.ok(record.value);
  assert.equal(unframe(record.value)?.schemaId, contracts['order.fulfilled'].schemaId);
  const headers = record.headers.map(([name, value]) => [name, Buffer.from(value).toString()]);
  assert.deepEqual(Object.fromEntries(headers), {
    ce_specversion: '1.0',
    ce_id: 'event-1',
    ce_source: '/orders',
    ce_type: 'order.fulfilled.v1',
    ce_subject: 'order-1',
    ce_time: EPOCH.toISOString(),
    'content-type': 'application/avro',
    traceparent: TRACE,
  });
});

it('refuses an amount that 64 bits can not hold and names the field', () => {
  for (const field of ['authorisedAmount', 'captureAmount']) {
    assert.throws(
      () => encode(anOrder({ [field]: 2n ** 63n })),
      (error) => hasCode(error, 'AMOUNT_OUT_OF_RANGE') && (error as Error).message.startsWith(`${field} is `),
    );
  }
});
