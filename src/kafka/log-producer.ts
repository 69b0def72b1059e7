import { CompressionTypes } from 'kafkajs';
import type { Producer, TopicMessages } from 'kafkajs';
import type { Logger } from 'pino';
import { CaptureWorkerError } from '../errors.js';
import type { LogProducer, LogRecord } from '../ports/log.js';
import type { KafkaClientConfig } from './client.js';
import { openKafkaClient } from './client.js';
import { within } from './deadline.js';
import { notAppended } from './errors.js';
import { sizeOf, toKafkaMessage } from './log-message.js';
import { keyPartitioner } from './partitioner.js';
import type { Trouble } from './trouble.js';

/**
 * The port LogProducer over producers of kafkajs. Rejects within the deadline: with LOG_REFUSED_DATA if the brokers refuse the records for
 * what they are, and as `logUnavailable` says for all else.
 *
 * A producer that failed otherwise than by a refusal is thrown away with its sockets, and the next append begins with a new one. So
 * nothing that was given up is sent later from here, and neither a broker that died silently nor a topic that was deleted holds up what
 * comes after.
 *
 * It is not idempotent in Kafka's sense: kafkajs then retries without limit, and the numbering of records that this rests on ends with the
 * producer. A record may therefore be appended twice; whoever appends must not have two records under way whose order matters.
 */
export interface ClosableLogProducer extends LogProducer {
  /** Connects; without it the first append does. */
  connect(): Promise<void>;
  /** Lets what is under way end, for at most 5 s, and disconnects. */
  close(): Promise<void>;
}

export interface LogProducerOptions {
  readonly client: KafkaClientConfig;
  readonly log: Logger;
  /** How long one request may take with all its repetitions, in ms. */
  readonly deadlineMs?: number;
  /** The most that goes into one request, in bytes; a batch must stay below the topic's `max.message.bytes`, by default 1 MiB. */
  readonly maxRequestBytes?: number;
}

/** kafkajs copies the records of a partition once for each record in it. */
const MAX_REQUEST_RECORDS = 500;
const CLOSE_DEADLINE_MS = 5_000;
const ALL_IN_SYNC_REPLICAS = -1;

interface Connected {
  readonly producer: Producer;
  readonly ready: Promise<void>;
  readonly trouble: Trouble;
  /** Lets requests under way end, unless they are to be cut off. */
  readonly end: (how: 'gracefully' | 'at once') => Promise<void>;
}

export function createLogProducer(options: LogProducerOptions): ClosableLogProducer {
  const { deadlineMs = 15_000, maxRequestBytes = 900_000 } = options;
  let current: Connected | null = null;
  let closed = false;

  async function using<Result>(what: string, work: (producer: Producer) => Promise<Result>): Promise<Result> {
    if (closed) throw new CaptureWorkerError('LOG_UNAVAILABLE', `${what}: the producer was closed`);
    const used = (current ??= connectProducer(options));
    try {
      return await within(
        deadlineMs,
        used.ready.then(() => work(used.producer)),
        () => new Error(`no acknowledgement within ${String(deadlineMs)} ms`),
      );
    } catch (error) {
      const failure = notAppended(what, error, used.trouble.last());
      // A broker that refuses has answered: nothing is wrong with the way to it.
      if (failure.code !== 'LOG_REFUSED_DATA') {
        if (current === used) current = null;
        void used.end('at once');
      }
      throw failure;
    }
  }

  return {
    connect: () => using("can't connect to Kafka", () => Promise.resolve()),
    append: async (records) => {
      for (const chunk of chunksOf(records, maxRequestBytes)) {
        await using(`can't append to ${topicsOf(chunk)}`, (producer) =>
          producer.sendBatch({
            acks: ALL_IN_SYNC_REPLICAS,
            timeout: deadlineMs,
            compression: CompressionTypes.None,
            topicMessages: byTopic(chunk),
          }),
        );
      }
    },
    close: async () => {
      closed = true;
      await current?.end('gracefully');
      current = null;
    },
  };
}

function connectProducer({ client: config, log }: LogProducerOptions): Connected {
  const { kafka, sockets, trouble } = openKafkaClient(config, log);
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: keyPartitioner,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 5 },
  });
  producer.on('producer.network.request_timeout', ({ payload }) => {
    sockets.drop(payload.broker);
  });
  const ready = Promise.race([producer.connect(), trouble.hopeless]);
  // Whoever appends hears of it; here it must only not count as unheard.
  ready.catch(() => undefined);
  return {
    producer,
    ready,
    trouble,
    end: async (how) => {
      if (how === 'at once') sockets.close();
      try {
        await within(CLOSE_DEADLINE_MS, producer.disconnect(), () => new Error('still requests under way'));
      } catch (error) {
        log.debug({ err: error }, 'a producer did not disconnect cleanly');
      }
      sockets.close();
    },
  };
}

/** Consecutive records that fit into one request; one that doesn't fit goes alone, for the broker to judge. */
export function chunksOf(records: readonly LogRecord[], maxBytes: number): LogRecord[][] {
  const chunks: LogRecord[][] = [];
  let chunk: LogRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = sizeOf(record);
    if (chunk.length > 0 && (bytes + size > maxBytes || chunk.length === MAX_REQUEST_RECORDS)) {
      chunks.push(chunk);
      chunk = [];
      bytes = 0;
    }
    chunk.push(record);
    bytes += size;
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}

function byTopic(records: readonly LogRecord[]): TopicMessages[] {
  const topics = new Map<string, TopicMessages>();
  for (const record of records) {
    const messages = topics.get(record.topic) ?? { topic: record.topic, messages: [] };
    messages.messages.push(toKafkaMessage(record));
    topics.set(record.topic, messages);
  }
  return [...topics.values()];
}

function topicsOf(records: readonly LogRecord[]): string {
  return [...new Set(records.map(({ topic }) => topic))].join(', ');
}
