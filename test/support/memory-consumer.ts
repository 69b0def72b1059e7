import type { Commit, LogConsumer, LogHandler, LogMessage, TopicPartition } from '../../src/ports/log.js';

/** A log consumer in memory: the test plays the group and the broker. */
export interface MemoryConsumer extends LogConsumer {
  /** Adds messages at the end of a partition, with the given keys; returns their offsets. */
  append(place: TopicPartition, keys: readonly (string | null)[]): bigint[];
  /** Adds these messages at the end of a partition. */
  write(place: TopicPartition, messages: readonly Pick<LogMessage, 'key' | 'value' | 'headers'>[]): void;
  /** Gives these partitions to the handler; delivery begins at what is committed. */
  assign(partitions: readonly TopicPartition[]): void;
  /** Announces a rebalance, and gives these partitions as soon as the handler is ready for it. */
  rebalance(partitions: readonly TopicPartition[], over?: AbortSignal): Promise<void>;
  /**
   * Delivers all that is new of a partition as one batch; resolves when the handler has taken it. So many offsets behind it hold nothing
   * that is delivered.
   */
  deliver(place: TopicPartition, gap?: bigint): Promise<void>;
  /** Sets the position of a partition, as a broker does that lost messages. */
  seek(place: TopicPartition, offset: bigint): void;
  committed(place: TopicPartition): bigint | null;
  /** What heartbeats and commits do; a test may make them fail. */
  heartbeat: () => Promise<void>;
  onCommit: (offsets: readonly Commit[]) => Promise<void>;
  readonly commits: readonly (readonly Commit[])[];
  readonly stopped: boolean;
}

export function memoryConsumer(): MemoryConsumer {
  const log = new Map<string, LogMessage[]>();
  const positions = new Map<string, bigint>();
  const committed = new Map<string, bigint>();
  const commits: (readonly Commit[])[] = [];
  let epoch = 0;
  let stopped = false;
  let handler: LogHandler | undefined;

  function handlerOf(): LogHandler {
    if (handler === undefined) throw new Error('nobody called run');
    return handler;
  }

  async function commit(offsets: readonly Commit[]): Promise<void> {
    await consumer.onCommit(offsets);
    commits.push(offsets);
    for (const one of offsets) committed.set(nameOf(one), one.offset);
  }

  function assign(partitions: readonly TopicPartition[]): void {
    epoch += 1;
    positions.clear();
    for (const place of partitions) positions.set(nameOf(place), committed.get(nameOf(place)) ?? 0n);
    handlerOf().assigned(partitions, epoch);
  }

  function add(
    place: TopicPartition,
    message: (offset: bigint) => Pick<LogMessage, 'key' | 'value' | 'headers'>,
  ): bigint {
    const { topic, partition } = place;
    const messages = log.get(nameOf(place)) ?? [];
    log.set(nameOf(place), messages);
    const offset = BigInt(messages.length);
    messages.push({ topic, partition, offset, timestamp: new Date(Number(offset)), ...message(offset) });
    return offset;
  }

  const consumer: MemoryConsumer = {
    heartbeat: () => Promise.resolve(),
    onCommit: () => Promise.resolve(),
    commits,
    get stopped() {
      return stopped;
    },
    append: (place, keys) =>
      keys.map((key) =>
        add(place, (offset) => ({
          key: key === null ? null : Buffer.from(key),
          value: Buffer.from(offset.toString()),
          headers: [],
        })),
      ),
    write: (place, messages) => {
      for (const message of messages) add(place, () => message);
    },
    run: (given) => {
      handler = given;
      return Promise.resolve();
    },
    commit,
    stop: () => {
      stopped = true;
      return Promise.resolve();
    },
    assign,
    rebalance: async (partitions, over = new AbortController().signal) => {
      await handlerOf().revoking(over);
      assign(partitions);
    },
    deliver: async (place, gap = 0n) => {
      const position = positions.get(nameOf(place));
      if (position === undefined) throw new Error(`${nameOf(place)} isn't assigned`);
      const batch = (log.get(nameOf(place)) ?? []).filter(({ offset }) => offset >= position);
      const ofEpoch = epoch;
      const offset = (batch.at(-1)?.offset ?? position - 1n) + 1n + gap;
      await handlerOf().messages(batch, epoch, () => consumer.heartbeat(), { ...place, offset });
      if (epoch === ofEpoch) positions.set(nameOf(place), offset);
    },
    seek: (place, offset) => {
      positions.set(nameOf(place), offset);
    },
    committed: (place) => committed.get(nameOf(place)) ?? null,
  };
  return consumer;
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${String(partition)}`;
}
