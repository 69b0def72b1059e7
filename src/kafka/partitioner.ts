import type { ICustomPartitioner } from 'kafkajs';
import { Partitioners } from 'kafkajs';

/**
 * Chooses partitions as the Java client and kafkajs do: a key by its murmur2 hash, a record without a key anywhere. kafkajs's own hash lets
 * its numbers grow with the key: for a key of 600 kB it keeps the process busy for a minute, and any message can bring one along.
 */
export const keyPartitioner: ICustomPartitioner = () => {
  const anywhere = Partitioners.DefaultPartitioner();
  return (args) => {
    const { key } = args.message;
    if (key === null || key === undefined) return anywhere(args);
    return (murmur2(Buffer.from(key)) & 0x7fffffff) % args.partitionMetadata.length;
  };
};

const M = 0x5bd1e995;

/** The hash with the seed that Kafka's clients use. */
function murmur2(key: Buffer): number {
  let hash = 0x9747b28c ^ key.length;
  const whole = key.length & ~3;
  for (let at = 0; at < whole; at += 4) {
    const word = Math.imul(key.readInt32LE(at), M);
    hash = Math.imul(hash, M) ^ Math.imul(word ^ (word >>> 24), M);
  }
  if (whole < key.length) hash = Math.imul(hash ^ key.readUIntLE(whole, key.length - whole), M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}
