import type { BatchHeader } from './record-batch.js';

/** As brokers name it: of one producer, from its first offset until the producer's next abort marker. */
export interface AbortedTransaction {
  readonly producerId: string;
  readonly firstOffset: string;
}

/** Tells batches of aborted transactions from others, while an answer is read from its beginning to its end. */
export interface AbortedTransactions {
  /** Whether what is in the batch was never committed. To be asked of every batch, once, in their order. */
  cover(header: BatchHeader): boolean;
  /** To be told of each marker that was read: a control batch, with the key of its record. */
  marked(header: BatchHeader, key: Uint8Array | null): void;
}

/**
 * Follows the transactions that a broker says were aborted, those that reach into its answer, in whatever order it names them: it does so
 * in that of their ends, and transactions overlap. A transaction counts from its first offset on, and until its marker; a producer has one
 * at a time.
 */
export function followAborted(transactions: readonly AbortedTransaction[]): AbortedTransactions {
  const coming = transactions
    .map(({ producerId, firstOffset }) => ({ producerId, firstOffset: BigInt(firstOffset) }))
    .sort((a, b) => (a.firstOffset < b.firstOffset ? -1 : Number(a.firstOffset > b.firstOffset)));
  let begun = 0;
  const open = new Set<string>();
  return {
    cover: ({ lastOffset, context }) => {
      for (
        let next = coming[begun];
        next !== undefined && next.firstOffset <= lastOffset;
        next = coming[begun]
      ) {
        open.add(next.producerId);
        begun += 1;
      }
      return context.inTransaction && !context.isControlBatch && open.has(context.producerId);
    },
    marked: ({ context }, key) => {
      if (isAbort(key)) open.delete(context.producerId);
    },
  };
}

/** The key of a marker: its version and its kind, 16 bits each. */
function isAbort(key: Uint8Array | null): boolean {
  return key !== null && key.length >= 4 && key[2] === 0 && key[3] === ABORT;
}

const ABORT = 0;
