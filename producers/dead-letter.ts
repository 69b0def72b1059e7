import type { Rejection } from '../src/capture/order.js';
import type { LogHeaders, LogMessage, LogProducer, LogRecord } from '../src/ports/log.js';
import { groupCommit } from '../src/worker/group-commit.js';

/**
 * Puts messages that can't be processed on their dead-letter topic. Resolves when the dead letter is acknowledged by all in-sync replicas;
 * rejects with LOG_UNAVAILABLE if it may not be, and may be called again: a message may then be there twice.
 *
 * A dead letter has the key and value of the message byte for byte, and its headers. After them come ours, which say why and from where:
 *
 * | header | value |
 * |---|---|
 * | `dlq_reason` | why, as one of a closed list of words |
 * | `dlq_field` | the field at fault |
 * | `dlq_problem` | what is wrong with it |
 * | `dlq_remedy` | what to do about it |
 * | `dlq_topic`, `dlq_partition`, `dlq_offset` | where the message was read |
 * | `dlq_timestamp` | when it was appended there, ISO 8601 |
 * | `dlq_worker` | which process put it aside |
 * | `dlq_value_omitted` | only if the message left no room for these headers: the length of the value, which stays in its topic |
 *
 * A message that was put back into its topic with the headers of an earlier dead letter keeps them. Of headers of one name the last
 * counts, as everywhere in Kafka, so the last pass is what is read first and the earlier ones stay legible.
 */
export interface DeadLetterProducer {
  readonly put: (message: LogMessage, rejection: Rejection) => Promise<void>;
}

export interface DeadLetterOptions {
  readonly producer: LogProducer;
  /** The dead-letter topic of a topic. */
  readonly topicOf: (topic: string) => string;
  /** Names this process. */
  readonly worker: string;
  /** The largest dead letter, in bytes; below the `max.message.bytes` of the dead-letter topics, by default 1 MiB. */
  readonly maxBytes?: number;
  readonly maxBatch?: number;
}

const DEFAULT_MAX_BYTES = 1_000_000;

export function createDeadLetterProducer(options: DeadLetterOptions): DeadLetterProducer {
  const { producer, maxBatch = 100 } = options;
  // Poison comes in floods: what arrives while one append is under way goes together in the next.
  const append = groupCommit<LogRecord, undefined>({
    write: async (records) => {
      await producer.append(records);
      return records.map(() => undefined);
    },
    keyOf: uniqueKeys(),
    maxBatch,
    onError: () => 'reject',
    beforeRetry: () => Promise.reject(new Error('nothing is retried here')),
  });
  return { put: (message, rejection) => append(deadLetterOf(message, rejection, options)) };
}

/** Two dead letters may always share an append. */
function uniqueKeys(): () => string {
  let count = 0;
  return () => String((count += 1));
}

function deadLetterOf(message: LogMessage, rejection: Rejection, options: DeadLetterOptions): LogRecord {
  const { topicOf, worker, maxBytes = DEFAULT_MAX_BYTES } = options;
  const headers: LogHeaders = [
    ...message.headers,
    ...asHeaders([
      ['dlq_reason', rejection.rejected],
      ['dlq_field', rejection.field],
      ['dlq_problem', rejection.problem],
      ['dlq_remedy', rejection.remedy],
      ['dlq_topic', message.topic],
      ['dlq_partition', String(message.partition)],
      ['dlq_offset', message.offset.toString()],
      ['dlq_timestamp', message.timestamp.toISOString()],
      ['dlq_worker', worker],
    ]),
  ];
  const letter = { topic: topicOf(message.topic), key: message.key, value: message.value, headers };
  if (message.value === null || sizeOf(letter) <= maxBytes) return letter;
  // Better a dead letter without its value, which is still where it was read, than a partition that never moves again.
  const omitted = asHeaders([['dlq_value_omitted', String(message.value.length)]]);
  return { ...letter, value: null, headers: [...headers, ...omitted] };
}

function asHeaders(pairs: readonly (readonly [name: string, text: string])[]): LogHeaders {
  return pairs.map(([name, text]) => [name, Buffer.from(text, 'utf8')]);
}

function sizeOf({ key, value, headers }: LogRecord): number {
  const parts = headers.map(([name, bytes]) => Buffer.byteLength(name) + bytes.length + 10);
  return parts.reduce((sum, bytes) => sum + bytes, (key?.length ?? 0) + (value?.length ?? 0) + 100);
}
