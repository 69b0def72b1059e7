import type { Invariant } from './invariant.js';

/** What the group says is done is done: each message below a committed offset is a capture, or a dead letter. */
export const offsets: Invariant = ({ messages, committed, rows, deadLetters }) => {
  const captured = new Set(rows.map(({ paymentId }) => paymentId));
  const dead = new Set(deadLetters.map(({ partition, offset }) => placeOf(partition, offset)));
  return messages
    .filter(({ partition, offset }) => offset < (committed.get(partition) ?? 0n))
    .filter(({ partition, offset, key }) => !captured.has(key) && !dead.has(placeOf(partition, offset)))
    .map(({ partition, offset, key }) => ({
      id: placeOf(partition, offset),
      says: `${key} is below the committed offset, and neither a capture nor a dead letter`,
    }));
};

function placeOf(partition: number, offset: bigint): string {
  return `${String(partition)}/${String(offset)}`;
}
