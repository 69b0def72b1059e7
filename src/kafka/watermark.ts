import type { Commit, TopicPartition } from '../ports/log.js';

/**
 * Watermarks: up to where each partition is done, when its messages complete in any order.
 *
 * A message that is handed over gets a ticket; completing the ticket completes the message. The watermark of a partition is the lowest
 * offset whose ticket is open, or the offset after the last one handed over if none is: all below it is done, so it may be committed.
 * Offsets need not be dense (compaction and transactions leave gaps), only the order of handing over matters. Where what was handed over
 * last is followed by such a gap, passing it over moves the watermark behind it.
 *
 * An assignment begins a new epoch and starts with nothing handed over. Tickets of an older epoch lead nowhere: completing one moves no
 * watermark, since the message is delivered again, to this process or to another.
 *
 * Only open tickets are remembered. Whatever completes behind a stuck message costs no memory.
 */
export interface Watermarks {
  /** Begins an epoch with these partitions; nothing of an older one counts any more. */
  assign(partitions: readonly TopicPartition[], epoch: number): void;
  /** Ends the epoch: until the next one nothing can be handed over. */
  revoke(): void;
  /** A ticket for a message, or null if the epoch isn't the current one or the partition isn't assigned: then don't process it. */
  handOver(message: HandedOver, epoch: number): Ticket | null;
  /** All before `end` was handed over, or is nothing to hand over. Ignored if the epoch isn't the current one. */
  passOver(end: Commit, epoch: number): void;
  /**
   * Whether the message comes before one that was handed over in this epoch: the position was set back, because the partition lost
   * messages or was made anew. Handing it over starts the partition anew, and older tickets of it lead nowhere.
   */
  isRewind(message: HandedOver): boolean;
  /** What may be committed and isn't yet. */
  moved(): readonly Commit[];
  /** These offsets of this epoch are committed. Those of an older epoch are ignored. */
  committed(commits: readonly Commit[], epoch: number): void;
  readonly epoch: number | null;
  positions(): readonly PartitionPosition[];
}

export interface HandedOver extends TopicPartition {
  readonly offset: bigint;
  readonly timestamp: Date;
}

export interface Ticket {
  /** Whether completing it still moves a watermark. */
  readonly isCurrent: boolean;
  complete(): void;
}

export interface PartitionPosition extends TopicPartition {
  /** The offset after the last one handed over or passed over; null before the first. */
  readonly position: bigint | null;
  /** What was committed in this epoch, or where it began; null before the first message. */
  readonly committed: bigint | null;
  readonly open: number;
  /** When the oldest message that isn't done was appended; null if all are done. */
  readonly oldest: Date | null;
}

interface Partition extends TopicPartition {
  /** Offsets of open tickets with their timestamps, ascending: a map keeps the order of insertion. */
  readonly open: Map<bigint, Date>;
  next: bigint | null;
  committed: bigint | null;
}

export function createWatermarks(): Watermarks {
  let partitions = new Map<string, Partition>();
  let epoch: number | null = null;

  function find(place: TopicPartition): Partition | undefined {
    return partitions.get(nameOf(place));
  }

  function isRewind(message: HandedOver): boolean {
    const next = find(message)?.next ?? null;
    return next !== null && message.offset < next;
  }

  function ticketFor(partition: Partition, offset: bigint): Ticket {
    // A partition that was started anew is another object: identity is what makes older tickets powerless.
    const isCurrent = (): boolean => find(partition) === partition;
    return {
      get isCurrent() {
        return isCurrent();
      },
      complete: () => {
        partition.open.delete(offset);
      },
    };
  }

  return {
    assign: (assigned, newEpoch) => {
      epoch = newEpoch;
      partitions = new Map(assigned.map((place) => [nameOf(place), untouched(place)]));
    },
    revoke: () => {
      epoch = null;
      partitions = new Map();
    },
    isRewind,
    handOver: (message, ofEpoch) => {
      let partition = find(message);
      if (epoch !== ofEpoch || partition === undefined) return null;
      if (isRewind(message)) {
        partition = untouched(message);
        partitions.set(nameOf(message), partition);
      }
      const { offset, timestamp } = message;
      // Delivery begins at the committed offset, so what lies below the first message is done, unless something was passed over.
      if (partition.next === null) partition.committed ??= offset;
      partition.open.set(offset, timestamp);
      partition.next = offset + 1n;
      return ticketFor(partition, offset);
    },
    passOver: (end, ofEpoch) => {
      const partition = find(end);
      if (epoch !== ofEpoch || partition === undefined) return;
      if (partition.next === null || partition.next < end.offset) partition.next = end.offset;
    },
    moved: () =>
      [...partitions.values()].flatMap((partition) => {
        const offset = watermarkOf(partition);
        const { topic, partition: number, committed } = partition;
        return offset === null || offset === committed ? [] : [{ topic, partition: number, offset }];
      }),
    committed: (commits, ofEpoch) => {
      if (epoch !== ofEpoch) return;
      for (const commit of commits) {
        const partition = find(commit);
        if (partition !== undefined) partition.committed = commit.offset;
      }
    },
    get epoch() {
      return epoch;
    },
    positions: () =>
      [...partitions.values()].map(({ topic, partition, next, committed, open }) => ({
        topic,
        partition,
        position: next,
        committed,
        open: open.size,
        oldest: firstOf(open.values()),
      })),
  };
}

function untouched({ topic, partition }: TopicPartition): Partition {
  return { topic, partition, open: new Map(), next: null, committed: null };
}

function watermarkOf({ open, next }: Partition): bigint | null {
  return firstOf(open.keys()) ?? next;
}

function firstOf<Value>(values: Iterator<Value, undefined>): Value | null {
  return values.next().value ?? null;
}

function nameOf({ topic, partition }: TopicPartition): string {
  // A topic's name has no space.
  return `${topic} ${String(partition)}`;
}
