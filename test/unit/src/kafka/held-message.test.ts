import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bytesOf, detached, laneOf } from '../../../../src/kafka/held-message.js';
import type { LogMessage } from '../../../../src/ports/log.js';

const bytes = (text: string): Buffer => Buffer.from(text);

function message(change: Partial<LogMessage> = {}): LogMessage {
  const place = { topic: 'orders', partition: 0, offset: 7n, timestamp: new Date(0) };
  return { ...place, key: bytes('k'), value: bytes('v'), headers: [], ...change };
}

const someBytes = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));

describe('a message that is held', () => {
  it('shares its lane with those of its topic that have its key, byte for byte, and no others', () => {
    fc.assert(
      fc.property(someBytes, someBytes, (one, other) => {
        const lane = laneOf(message({ key: one }));
        assert.equal(laneOf(message({ key: Buffer.from(one), value: null })), lane);
        assert.equal(laneOf(message({ key: other })) === lane, Buffer.compare(one, other) === 0);
        assert.notEqual(laneOf(message({ key: one, topic: 'others' })), lane);
      }),
    );
    assert.equal(laneOf(message({ key: null })), null);
  });

  it('has a short name for its lane, however long its key', () => {
    assert.ok((laneOf(message({ key: Buffer.alloc(1_000_000) })) ?? '').length < 100);
  });

  it('counts with key, value and headers, and with the objects around them', () => {
    const empty = bytesOf(message({ key: null, value: null }));
    assert.ok(empty > 0);
    const full = message({ key: bytes('abc'), value: bytes('de'), headers: [['name', bytes('fgh')]] });
    assert.ok(bytesOf(full) >= empty + 3 + 2 + 4 + 3);
    const many = message({ headers: Array.from({ length: 1_000 }, () => ['x', bytes('')] as const) });
    assert.ok(bytesOf(many) > 100_000, 'a header is more than its bytes');
  });

  it('is the same message, and keeps nothing alive of what was fetched with it', () => {
    fc.assert(
      fc.property(
        fc.option(someBytes),
        fc.option(someBytes),
        fc.array(fc.tuple(fc.string(), someBytes)),
        (key, value, headers) => {
          const fetched = message({ key, value, headers });
          const own = detached(fetched);
          assert.deepEqual(own, fetched);
          const parts = [own.key, own.value, ...own.headers.map(([, part]) => part)].filter(
            (part) => part !== null,
          );
          const length = parts.reduce((sum, part) => sum + part.length, 0);
          for (const { buffer } of parts) assert.equal(buffer.byteLength, length);
        },
      ),
    );
  });
});
