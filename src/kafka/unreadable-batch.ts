import { CaptureWorkerError } from '../errors.js';
import type { TopicPartition } from '../ports/log.js';

/** Whatever keeps the consumer from reading on in a partition, for good: it ends, and says where it stood. */
export class ReadingStopped extends CaptureWorkerError {
  /** Tells kafkajs not to try again. */
  readonly retriable = false;

  constructor(message: string, cause: unknown) {
    super('CONSUMER_STOPPED', message, { cause });
    this.name = new.target.name;
  }
}

/**
 * A batch that is broken, or larger than may be when it is decompressed. There is no reading on behind it by ourselves: the orders in it
 * would never be captured, and nobody would know. `which` names the batch by its offsets, as far as they are known.
 */
export class UnreadableBatch extends ReadingStopped {
  constructor(place: TopicPartition, which: string, why: string, cause?: unknown) {
    super(
      `the batch with ${which} in ${nameOf(place)} ${why}; it can't be read, nor anything behind it: ` +
        'docs/configuration.md says under "Batches that can\'t be read" how to go on',
      cause,
    );
  }
}

/** Nothing is known against the batch, so nobody must skip it. */
export class NoMemoryForBatch extends ReadingStopped {
  constructor(place: TopicPartition, which: string, cause: unknown) {
    super(
      `there was no memory left to read the batch with ${which} in ${nameOf(place)}; nothing is wrong with the batch: give the process ` +
        'more memory, as docs/configuration.md says under "Memory", and start it again',
      cause,
    );
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${String(partition)}`;
}
