import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { unlz4 } from '../../../../../src/kafka/compression/lz4.js';
import type { Step } from '../../../../support/back-references.js';
import { steps, written } from '../../../../support/back-references.js';
import { compressedByJava, PLAIN } from '../../../../support/kafka-compressed.js';

const MAX = 1_048_576;

/** What of a length goes behind the token. */
function more(length: number): number[] {
  if (length < 15) return [];
  return [...Array<number>(Math.floor((length - 15) / 255)).fill(255), (length - 15) % 255];
}

function sequence(
  literal: Buffer,
  copy: { readonly distance: number; readonly length: number } | null,
): Buffer {
  const low = copy === null ? 0 : Math.min(15, copy.length - 4);
  const token = (Math.min(15, literal.length) << 4) | low;
  const head = Buffer.from([token, ...more(literal.length)]);
  if (copy === null) return Buffer.concat([head, literal]);
  const tail = Buffer.from([copy.distance & 0xff, copy.distance >> 8, ...more(copy.length - 4)]);
  return Buffer.concat([head, literal, tail]);
}

/** Each copy with the bytes before it; the last sequence has bytes alone. */
function block(all: readonly Step[]): Buffer {
  const sequences: Buffer[] = [];
  let literal = Buffer.alloc(0);
  for (const step of all) {
    if ('literal' in step) {
      literal = Buffer.concat([literal, step.literal]);
      continue;
    }
    sequences.push(sequence(literal, step));
    literal = Buffer.alloc(0);
  }
  return Buffer.concat([...sequences, sequence(literal, null)]);
}

interface Options {
  readonly contentSize: boolean;
  readonly blockChecksums: boolean;
  readonly contentChecksum: boolean;
}

const PLAIN_OPTIONS: Options = { contentSize: false, blockChecksums: false, contentChecksum: false };

/** The checksums are any: they aren't looked at. */
function frame(
  blocks: readonly { readonly bytes: Buffer; readonly isPlain: boolean }[],
  options = PLAIN_OPTIONS,
): Buffer {
  const { contentSize, blockChecksums, contentChecksum } = options;
  const flags = 0x40 | (blockChecksums ? 0x10 : 0) | (contentSize ? 0x08 : 0) | (contentChecksum ? 0x04 : 0);
  return Buffer.concat([
    Buffer.from([0x04, 0x22, 0x4d, 0x18, flags, 0x40]),
    Buffer.alloc(contentSize ? 8 : 0, 1),
    Buffer.from([0xcc]),
    ...blocks.flatMap(({ bytes, isPlain }) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(bytes.length + (isPlain ? 0x80000000 : 0));
      return [length, bytes, Buffer.alloc(blockChecksums ? 4 : 0, 0xcc)];
    }),
    Buffer.alloc(4),
    Buffer.alloc(contentChecksum ? 4 : 0, 0xcc),
  ]);
}

const someSteps = steps({ maxLiteral: 600, minCopy: 4, maxCopy: 1_000 });

describe('lz4', () => {
  it('is read as it was written, with plain blocks, sizes and checksums', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ all: someSteps, isPlain: fc.boolean() }), { maxLength: 4 }),
        fc.record({ contentSize: fc.boolean(), blockChecksums: fc.boolean(), contentChecksum: fc.boolean() }),
        (blocks, options) => {
          const bytes = frame(
            blocks.map(({ all, isPlain }) => ({ bytes: isPlain ? written(all) : block(all), isPlain })),
            options,
          );
          assert.deepEqual(unlz4(bytes, MAX), Buffer.concat(blocks.map(({ all }) => written(all))));
        },
      ),
    );
  });

  it('may refer to an earlier block', () => {
    const first = { bytes: Buffer.from('abcdef'), isPlain: true };
    const second = { bytes: block([{ distance: 6, length: 12 }]), isPlain: false };
    assert.equal(unlz4(frame([first, second]), MAX).toString(), 'abcdefabcdefabcdef');
  });

  it('ends with its frame, whatever follows', () => {
    assert.equal(unlz4(Buffer.concat([compressedByJava('lz4'), Buffer.from('xyz')]), MAX).toString(), PLAIN);
  });

  it('is refused where it refers to what is not there', () => {
    for (const distance of [0, 4]) {
      const bytes = sequence(Buffer.from('abc'), { distance, length: 4 });
      assert.throws(() => unlz4(frame([{ bytes, isPlain: false }]), MAX), /refers to what is not there/);
    }
  });

  it('is refused if it needs a dictionary, is of another version or no LZ4 at all', () => {
    const bytes = frame([]);
    const withFlags = (flags: number): Buffer =>
      Buffer.concat([bytes.subarray(0, 4), Buffer.from([flags]), bytes.subarray(5)]);
    assert.throws(() => unlz4(withFlags(0x41), MAX), /needs a dictionary/);
    assert.throws(() => unlz4(withFlags(0x80), MAX), /another version/);
    assert.throws(() => unlz4(Buffer.from(PLAIN), MAX), /no LZ4 frame/);
  });

  it('takes a time in proportion to what it becomes, and no more memory than may be', () => {
    // Of each byte 255 of a copy's length come.
    const bytes = sequence(Buffer.from('a'), { distance: 1, length: 2 * MAX });
    assert.throws(() => unlz4(frame([{ bytes, isPlain: false }]), MAX), /holds more than 1 MiB/);
    assert.equal(unlz4(frame([{ bytes, isPlain: false }]), 3 * MAX).length, 1 + 2 * MAX);
  });
});
