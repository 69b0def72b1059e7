import type { Rejection } from '../src/capture/rejection.js';
import { CaptureWorkerError, hasCode, messageOf } from '../src/errors.js';
import { batchSizeOf } from '../src/kafka/record-size.js';
import type { LogHeaders, LogMessage, LogProducer, LogRecord } from '../src/ports/log.js';
import { groupCommit } from '../src/worker/group-commit.js';

/**
 * Puts messages that can't be processed on their dead-letter topic. Resolves when the dead letter is acknowledged by all in-sync replicas;
 * rejects with a retryable error if it may not be, and may be called again: a message may then be there twice.
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
 * | `dlq_headers_omitted` | only if there was still no room: how many bytes the headers of the message take, names and values |
 * | `dlq_key_omitted` | only if there was still no room: the length of the key |
 *
 * A message that came with more headers than a worker keeps has one instead of them, `headers_omitted`: how many they were.
 *
 * A message that was put back into its topic with the headers of an earlier dead letter keeps them. Of headers of one name the last
 * counts, as everywhere in Kafka, so the last pass is what is read first and the earlier ones stay legible. Kafka's client keeps no null
 * for a header: it becomes an empty value; and a name that isn't UTF-8 has U+FFFD for what is none.
 *
 * What has room is reckoned first by `maxBytes`, then tried: a broker that refuses a dead letter is offered it with less. So the partition
 * moves on whatever was put on it. Only a topic that refuses even the reason holds it up, until the topic's settings are mended.
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
  /** The largest dead letter that is tried, in bytes as brokers count them; by default as much as they take by default. */
  readonly maxBytes?: number;
  readonly maxBatch?: number;
}

/** Kafka's own default of `max.message.bytes`: 1 MiB and twelve bytes. */
const DEFAULT_MAX_BYTES = 1_048_588;

export function createDeadLetterProducer(options: DeadLetterOptions): DeadLetterProducer {
  const { producer, maxBatch = 100, maxBytes = DEFAULT_MAX_BYTES } = options;
  // Poison comes in floods: what arrives while one append is under way goes together in the next.
  const append = groupCommit<LogRecord, undefined>({
    write: async (records) => {
      await producer.append(records);
      return records.map(() => undefined);
    },
    keyOf: uniqueKeys(),
    maxBatch,
    // One letter that is refused must not hold up the others.
    onError: (error) => (hasCode(error, 'LOG_REFUSED_DATA') ? 'bisect' : 'reject'),
    beforeRetry: () => Promise.reject(new Error('nothing is retried here')),
  });

  async function put(message: LogMessage, rejection: Rejection): Promise<void> {
    const forms = formsOf(message, rejection, options);
    const smallest = forms.length - 1;
    const fitting = forms.findIndex((letter) => batchSizeOf(letter) <= maxBytes);
    let refusal: unknown = null;
    for (const letter of forms.slice(fitting === -1 ? smallest : fitting)) {
      try {
        await append(letter);
        return;
      } catch (error) {
        if (!hasCode(error, 'LOG_REFUSED_DATA')) throw error;
        refusal = error;
      }
    }
    const topic = options.topicOf(message.topic);
    throw new CaptureWorkerError(
      'LOG_UNAVAILABLE',
      `${topic} refuses even a dead letter without key, value and headers of the message: mend the topic's settings, such as ` +
        `max.message.bytes and cleanup.policy; the message waits meanwhile (${messageOf(refusal)})`,
      { cause: refusal },
    );
  }

  return { put };
}

/** Two dead letters may always share an append. */
function uniqueKeys(): () => string {
  let count = 0;
  return () => String((count += 1));
}

/**
 * The dead letter whole, then with less each time, and told so. Better a dead letter without its value, which is still where it was read,
 * than a partition that never moves again.
 */
function formsOf(
  message: LogMessage,
  rejection: Rejection,
  { topicOf, worker }: DeadLetterOptions,
): LogRecord[] {
  const { key, value, headers } = message;
  const reasons = asHeaders([
    ['dlq_reason', rejection.rejected],
    ['dlq_field', rejection.field],
    ['dlq_problem', rejection.problem],
    ['dlq_remedy', rejection.remedy],
    ['dlq_topic', message.topic],
    ['dlq_partition', String(message.partition)],
    ['dlq_offset', message.offset.toString()],
    ['dlq_timestamp', message.timestamp.toISOString()],
    ['dlq_worker', worker],
  ]);
  let form: LogRecord = { topic: topicOf(message.topic), key, value, headers: [...headers, ...reasons] };
  const forms = [form];
  const without = (less: Partial<LogRecord>, header: string, bytes: number): void => {
    form = { ...form, ...less };
    form = { ...form, headers: [...form.headers, ...asHeaders([[header, String(bytes)]])] };
    forms.push(form);
  };
  if (value !== null) without({ value: null }, 'dlq_value_omitted', value.length);
  if (headers.length > 0) {
    const ours = form.headers.slice(headers.length);
    without({ headers: ours }, 'dlq_headers_omitted', bytesOf(headers));
  }
  if (key !== null) without({ key: null }, 'dlq_key_omitted', key.length);
  return forms;
}

function asHeaders(pairs: readonly (readonly [name: string, text: string])[]): LogHeaders {
  return pairs.map(([name, text]) => [name, Buffer.from(text, 'utf8')]);
}

function bytesOf(headers: LogHeaders): number {
  return headers.reduce((sum, [name, bytes]) => sum + Buffer.byteLength(name) + bytes.length, 0);
}
