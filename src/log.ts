import type { DestinationStream, Logger } from 'pino';
import { destination, pino, stdTimeFunctions } from 'pino';
import type { Capture } from './capture/capture.js';
import type { TopicPartition } from './ports/log.js';
import { describeError, redactKeys, redactText } from './redact.js';

export interface LogOptions {
  readonly level: string;
  /** Names the process in every line. */
  readonly workerId: string;
  /** Where lines go; standard output unless given. */
  readonly destination?: DestinationStream;
}

/**
 * A logger of JSON lines with time (ISO 8601, UTC), level as a word, service and worker. No line holds a secret: fields go through the
 * redaction by key, and the whole line, message and bound fields included, through the redaction of texts.
 */
export function createLogger(options: LogOptions): Logger {
  return pino(
    {
      level: options.level,
      base: { service: 'capture-worker', worker: options.workerId },
      timestamp: stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: redactKeys,
      },
      // In place of pino's own, which adds every field that an error happens to have. What it is given was mostly described already.
      serializers: { err: (value: unknown) => (value instanceof Error ? describeError(value) : value) },
      hooks: { streamWrite: redactText },
    },
    options.destination ?? standardOutput(),
  );
}

/** Written synchronously, so that the last lines before a fatal exit aren't lost. */
function standardOutput(): DestinationStream {
  return destination({ dest: 1, sync: true });
}

/** The ids by which everything about one capture is found. */
export interface CaptureIds {
  readonly captureId: string;
  readonly orderId: string;
  readonly paymentId: string;
  readonly requestId: string;
  readonly provider: string;
  readonly account: string;
}

export function idsOf(capture: Capture): CaptureIds {
  const { captureId, orderId, paymentId, requestId, provider, account } = capture;
  return { captureId, orderId, paymentId, requestId, provider, account };
}

/** Where a message was read, as log lines have it. */
export interface MessagePlace extends TopicPartition {
  readonly offset: string;
}

export function placeOf({
  topic,
  partition,
  offset,
}: TopicPartition & { readonly offset: bigint }): MessagePlace {
  return { topic, partition, offset: offset.toString() };
}
