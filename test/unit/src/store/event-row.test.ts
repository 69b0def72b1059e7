import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LogRecord } from '../../../../src/ports/log.js';
import { eventColumns, recordOf } from '../../../../src/store/event-row.js';
import { valuesIn } from '../../../support/columns.js';
import { anEvent } from '../../../support/events.js';

const RECORD: LogRecord = {
  topic: 'capture.succeeded',
  key: Buffer.from('pay-ä𝄞'),
  value: Buffer.from([0, 1, 255]),
  headers: [
    ['twice', Buffer.from('a')],
    ['twice', Buffer.from('\ufeffb\0"')],
    ['empty', Buffer.alloc(0)],
  ],
};

/** Through the columns and back, as the database would give them. */
function stored(record: LogRecord): LogRecord {
  const [, topic, key, , payload, , , headers] = eventColumns([
    { event: anEvent('capture.succeeded'), record },
  ]);
  return recordOf({
    aggregatetype: valuesIn(topic)[0],
    aggregateid: valuesIn(key)[0],
    payload: Buffer.from(String(valuesIn(payload)[0]).slice('\\x'.length), 'hex'),
    headers: JSON.parse(String(valuesIn(headers)[0])) as unknown,
  });
}

describe('an event in the outbox', () => {
  it('is the record that it was made from: repeated headers, their order, every byte', () => {
    assert.deepEqual(stored(RECORD), RECORD);
  });

  const unfit: [string, Partial<LogRecord>, RegExp][] = [
    ['no key', { key: null }, /the key of event/],
    ['a key that is no text', { key: Buffer.from([0xff]) }, /the key of event/],
    [
      'a header that is no text',
      { headers: [['name', Buffer.from([0xc0, 0x80])]] },
      /the header name of event/,
    ],
  ];
  for (const [what, change, message] of unfit) {
    it(`is refused with ${what}: it couldn't be given back as it was`, () => {
      assert.throws(() => stored({ ...RECORD, ...change }), { code: 'STORE_REFUSED_DATA', message });
    });
  }

  it('is refused when its headers were tampered with', () => {
    const row = { aggregatetype: 't', aggregateid: 'k', payload: Buffer.alloc(0) };
    for (const headers of [{}, [['name']], ['name'], [['name', 1]], null]) {
      assert.throws(() => recordOf({ ...row, headers }), { code: 'STORE_REFUSED_DATA' });
    }
  });
});
