import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { unsnappy } from '../../../../../src/kafka/compression/snappy.js';
import type { Step } from '../../../../support/back-references.js';
import { steps, written } from '../../../../support/back-references.js';
import { compressedByJava, PLAIN } from '../../../../support/kafka-compressed.js';

const MAX = 1_048_576;

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}

function littleEndian(value: number, width: number): Buffer {
  const bytes = Buffer.alloc(width);
  bytes.writeUIntLE(value, 0, width);
  return bytes;
}

/** One element of a block, in the widest form if asked so, else in the narrowest. */
function element(step: Step, widest: boolean): Buffer {
  if ('literal' in step) {
    const rest = step.literal.length - 1;
    const width = widest ? 4 : rest < 60 ? 0 : rest < 256 ? 1 : rest < 65_536 ? 2 : 3;
    const tag = width === 0 ? rest << 2 : (59 + width) << 2;
    return Buffer.concat([
      Buffer.from([tag]),
      littleEndian(rest, Math.max(1, width)).subarray(0, width),
      step.literal,
    ]);
  }
  const { distance, length } = step;
  if (widest) return Buffer.concat([Buffer.from([((length - 1) << 2) | 3]), littleEndian(distance, 4)]);
  if (length >= 4 && length <= 11 && distance < 2_048)
    return Buffer.from([((distance >> 8) << 5) | ((length - 4) << 2) | 1, distance & 0xff]);
  return Buffer.concat([Buffer.from([((length - 1) << 2) | 2]), littleEndian(distance, 2)]);
}

function block(all: readonly Step[], widest = false): Buffer {
  return Buffer.concat([varint(written(all).length), ...all.map((step) => element(step, widest))]);
}

const HEADER = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);

function chunk(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

const someSteps = steps({ maxLiteral: 400, minCopy: 1, maxCopy: 64 });

describe('snappy', () => {
  it('is read as it was written, with every kind of element, bare or in the framing of Java', () => {
    fc.assert(
      fc.property(fc.array(someSteps, { minLength: 1, maxLength: 4 }), fc.boolean(), (blocks, widest) => {
        const [first = []] = blocks;
        assert.deepEqual(unsnappy(block(first, widest), MAX), written(first));
        const framed = Buffer.concat([HEADER, ...blocks.map((one) => chunk(block(one, widest)))]);
        assert.deepEqual(unsnappy(framed, MAX), Buffer.concat(blocks.map(written)));
      }),
    );
  });

  it('is read on where one framed stream follows another', () => {
    const bytes = compressedByJava('snappy');
    assert.equal(unsnappy(Buffer.concat([bytes, bytes]), MAX).toString(), PLAIN + PLAIN);
  });

  it('may be nothing', () => {
    assert.equal(unsnappy(Buffer.from([0]), MAX).length, 0);
    assert.equal(unsnappy(HEADER, MAX).length, 0);
  });

  it('is refused where it refers to what is not there, also to another block', () => {
    const far = { distance: 3, length: 4 };
    const bytes = Buffer.concat([
      varint(5),
      element({ literal: Buffer.from('a') }, false),
      element(far, false),
    ]);
    assert.throws(() => unsnappy(bytes, MAX), /refers to what is not there/);
    const before = chunk(block([{ literal: Buffer.from('abcdef') }]));
    assert.throws(
      () => unsnappy(Buffer.concat([HEADER, before, chunk(bytes)]), MAX),
      /refers to what is not there/,
    );
    const nowhere = Buffer.concat([
      varint(5),
      element({ literal: Buffer.from('a') }, false),
      element({ distance: 0, length: 4 }, true),
    ]);
    assert.throws(() => unsnappy(nowhere, MAX), /refers to what is not there/);
  });

  it('is refused where it does not become as long as it says', () => {
    const literal = element({ literal: Buffer.from('abc') }, false);
    assert.throws(() => unsnappy(Buffer.concat([varint(4), literal]), MAX), /not become as long/);
    assert.throws(() => unsnappy(Buffer.concat([varint(2), literal]), MAX), /not become as long/);
  });

  it('is refused before anything is made of it where it says that it becomes too long', () => {
    assert.throws(() => unsnappy(varint(MAX + 1), MAX), /holds more than 1 MiB/);
    assert.throws(() => unsnappy(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff]), MAX), /its length is none/);
  });
});
