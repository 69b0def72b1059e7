/** Kafka, as the capture path sees it: a partitioned log to read with explicit commits, and a log to append to. */

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Headers by name; a name can occur more than once, its values in their order. The order among different names is not kept. */
export type LogHeaders = readonly (readonly [name: string, value: Uint8Array])[];

export interface LogMessage extends TopicPartition {
  readonly offset: bigint;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: LogHeaders;
  /** When it was appended, by the broker's or the producer's clock. */
  readonly timestamp: Date;
}

export interface LogRecord {
  readonly topic: string;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: LogHeaders;
}

/** The next offset to read of a partition: all below it is done. */
export interface Commit extends TopicPartition {
  readonly offset: bigint;
}

/** What a consumer of the log must answer to. */
export interface LogHandler {
  /** Partitions were given to this process, under a new epoch: completions of an older epoch must not commit offsets any more. */
  assigned(partitions: readonly TopicPartition[], epoch: number): void;
  /**
   * A rebalance begins. The group is joined anew when this resolves, and all others wait for it; until then this process may commit, and
   * what it doesn't commit is redelivered. Waiting is of no use any more once `over` aborts: the group has put this process out, or the
   * consumer is being stopped. Must not reject.
   */
  revoking(over: AbortSignal): Promise<void>;
  /**
   * Messages of one partition, in offset order. Resolves when all are handed over (not when all are done); must call `heartbeat`
   * while it waits for room. All that lies before `end` is in this batch or in an earlier one, or is nothing that is delivered, such as
   * aborted messages; so there may be an end without messages.
   */
  messages(
    batch: Iterable<LogMessage>,
    epoch: number,
    heartbeat: () => Promise<void>,
    end: Commit,
  ): Promise<void>;
}

export interface LogConsumer {
  /** Starts delivery to the handler. */
  run(handler: LogHandler): Promise<void>;
  /** Commits offsets of partitions that are still assigned. Rejects if the group has moved on. */
  commit(offsets: readonly Commit[]): Promise<void>;
  /** Ends delivery and leaves the group; what isn't committed by then will be redelivered. */
  stop(): Promise<void>;
}

export interface LogProducer {
  /**
   * Appends all records, acknowledged by all in-sync replicas, or rejects: with LOG_REFUSED_DATA if the same append would be refused
   * again, with a retryable error otherwise. After a rejection any of them may have been appended.
   */
  append(records: readonly LogRecord[]): Promise<void>;
}
