import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { PartitionMetadata } from 'kafkajs';
import { Partitioners } from 'kafkajs';
import { keyPartitioner } from '../../../../src/kafka/partitioner.js';

function partitions(count: number): PartitionMetadata[] {
  return Array.from({ length: count }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 1,
    replicas: [],
    isr: [],
  }));
}

describe('the partitioner', () => {
  it("puts every key where kafkajs's own puts it", () => {
    const [ours, theirs] = [keyPartitioner(), Partitioners.DefaultPartitioner()];
    const keys = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(keys, fc.integer({ min: 1, max: 1_000 }), (key, count) => {
        const args = { topic: 't', partitionMetadata: partitions(count), message: { key, value: null } };
        assert.equal(ours(args), theirs(args));
      }),
      { numRuns: 1_000 },
    );
  });

  it('spreads what has no key', () => {
    const place = keyPartitioner();
    const args = { topic: 't', partitionMetadata: partitions(3), message: { key: null, value: null } };
    assert.equal(new Set([place(args), place(args), place(args)]).size, 3);
  });

  it('takes a long key in its stride', () => {
    const message = { key: Buffer.alloc(200_000, 'x'), value: null };
    const begun = performance.now();
    const partition = keyPartitioner()({ topic: 't', partitionMetadata: partitions(7), message });
    assert.ok(partition >= 0 && partition < 7);
    // kafkajs's own takes many seconds.
    assert.ok(performance.now() - begun < 1_000);
  });
});
