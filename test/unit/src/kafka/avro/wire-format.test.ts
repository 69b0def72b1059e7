import assert from 'node:assert/strict';
import { it } from 'node:test';
import { frame, unframe } from '../../../../../src/kafka/avro/wire-format.js';

it('frames a value with a zero byte and a big-endian id', () => {
  const value = frame({ schemaId: 0x01020304, payload: Buffer.from('ab') });
  assert.equal(value.toString('hex'), '00010203046162');
  assert.deepEqual(unframe(value), { schemaId: 0x01020304, payload: Buffer.from('ab') });
});

it('reads a view into a larger buffer', () => {
  const padded = Buffer.concat([
    Buffer.from('xx'),
    frame({ schemaId: 7, payload: Buffer.from('y') }),
    Buffer.from('z'),
  ]);
  const view = new Uint8Array(padded.buffer, padded.byteOffset + 2, 6);
  assert.deepEqual(unframe(view), { schemaId: 7, payload: Buffer.from('y') });
});

it('tells what is not framed', () => {
  for (const hex of ['', '00', '00000000', '0100000001', '7b22612262']) {
    assert.equal(unframe(Buffer.from(hex, 'hex')), null);
  }
  assert.deepEqual(unframe(Buffer.from('00ffffffff', 'hex')), { schemaId: -1, payload: Buffer.alloc(0) });
});
