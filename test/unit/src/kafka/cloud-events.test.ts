import assert from 'node:assert/strict';
import { it } from 'node:test';
import { cloudEventHeaders } from '../../../../src/kafka/cloud-events.js';

const context = {
  id: 'id-1',
  type: 'something.v1',
  source: '/somewhere',
  subject: 'Änderung',
  time: new Date('2026-03-01T12:00:00.000Z'),
  traceparent: null,
};

it('writes attributes as ce_ headers in UTF-8 and leaves an absent trace out', () => {
  assert.deepEqual(cloudEventHeaders(context), [
    ['ce_specversion', Buffer.from('1.0')],
    ['ce_id', Buffer.from('id-1')],
    ['ce_source', Buffer.from('/somewhere')],
    ['ce_type', Buffer.from('something.v1')],
    ['ce_subject', Buffer.from('Änderung', 'utf8')],
    ['ce_time', Buffer.from('2026-03-01T12:00:00.000Z')],
    ['content-type', Buffer.from('application/avro')],
  ]);
});

it('carries the trace without a prefix, where tracing tools look for it', () => {
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  assert.deepEqual(cloudEventHeaders({ ...context, traceparent }).at(-1), [
    'traceparent',
    Buffer.from(traceparent),
  ]);
});
