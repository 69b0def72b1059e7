import type { Logger } from 'pino';
import type { Rejection } from '../src/capture/rejection.js';
import { isRejection, reject } from '../src/capture/rejection.js';
import { hasCode, messageOf } from '../src/errors.js';
import type { ReadEvent } from '../src/kafka/event-decoder.js';
import { placeOf } from '../src/log.js';
import type { LogMessage } from '../src/ports/log.js';
import type { Observer } from '../src/ports/observer.js';
import type { PromisedInquiry } from '../src/ports/store.js';

export interface PendingConsumerOptions {
  /** Rejects only if the registry is away. */
  readonly decode: (topic: string, value: Uint8Array | null) => Promise<ReadEvent | Rejection>;
  /** Makes an inquiry due no later than promised; true if that changed anything. */
  readonly wake: (promised: PromisedInquiry) => Promise<boolean>;
  readonly deadLetter: (message: LogMessage, rejection: Rejection) => Promise<void>;
  readonly observer: Pick<Observer, 'deadLetter'>;
  readonly log: Logger;
}

/**
 * Consumes `capture.pending`, our own: sees to it that the inquiry that an event promises is on time. It never makes work, nor puts any
 * off. Resolves when the message may be committed.
 */
export function consumeCapturePending(
  options: PendingConsumerOptions,
): (message: LogMessage) => Promise<void> {
  const { decode, deadLetter, observer, log } = options;
  return async (message) => {
    const event = await decode(message.topic, message.value);
    const rejection = isRejection(event) ? event : await keepPromise(event, options);
    if (rejection === null) return;
    await deadLetter(message, rejection);
    observer.deadLetter(rejection.rejected);
    log.warn({ ...placeOf(message), ...rejection }, 'a pending event became a dead letter');
  };
}

async function keepPromise(
  event: ReadEvent,
  { wake, log }: Pick<PendingConsumerOptions, 'wake' | 'log'>,
): Promise<Rejection | null> {
  if (event.type !== 'capture.pending' || event.nextInquiryAt === null) return null;
  const { captureId, sequence, nextInquiryAt } = event;
  try {
    if (await wake({ captureId, sequence, at: nextInquiryAt }))
      log.info({ captureId }, 'an inquiry was brought forward to the time that was promised');
    return null;
  } catch (error) {
    if (!hasCode(error, 'STORE_REFUSED_DATA')) throw error;
    return reject('refused_by_store', 'value', messageOf(error), 'find out who wrote it: no worker does');
  }
}
