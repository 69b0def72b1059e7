import type { Logger } from 'pino';
import type { OrderFulfilled } from '../src/capture/order.js';
import type { Rejection } from '../src/capture/rejection.js';
import { isRejection } from '../src/capture/rejection.js';
import { idsOf, placeOf } from '../src/log.js';
import type { LogMessage } from '../src/ports/log.js';
import type { Observer } from '../src/ports/observer.js';
import type { OrderSource } from '../src/ports/store.js';
import type { OrderTaken } from '../src/worker/take-order.js';

export interface OrderConsumerOptions {
  /** Rejects only if the registry is away. */
  readonly decode: (value: Uint8Array | null) => Promise<OrderFulfilled | Rejection>;
  readonly take: (
    order: OrderFulfilled,
    source: OrderSource & { readonly traceparent: string | null },
  ) => Promise<OrderTaken>;
  readonly deadLetter: (message: LogMessage, rejection: Rejection) => Promise<void>;
  readonly traceparentOf: (message: LogMessage) => string | null;
  readonly observer: Observer;
  readonly log: Logger;
}

/**
 * Consumes `order.fulfilled`: decodes a message, hands the order over, and puts what can't become a capture on the dead-letter topic.
 * Resolves when the message may be committed; nothing about it is lost by then.
 */
export function consumeOrderFulfilled(options: OrderConsumerOptions): (message: LogMessage) => Promise<void> {
  const { decode, take, deadLetter, traceparentOf, observer, log } = options;
  return async (message) => {
    const order = await decode(message.value);
    const taken: OrderTaken = isRejection(order)
      ? { taken: 'rejected', rejection: order }
      : await take(order, {
          topic: message.topic,
          partition: message.partition,
          offset: message.offset,
          eventId: order.eventId,
          traceparent: traceparentOf(message),
        });
    if (taken.taken === 'rejected') {
      await deadLetter(message, taken.rejection);
      observer.message('dead_letter', taken.rejection.rejected);
      log.warn({ ...placeOf(message), ...taken.rejection }, 'a message became a dead letter');
      return;
    }
    observer.message(taken.taken, null);
    log.info(
      { ...placeOf(message), ...idsOf(taken.capture), state: taken.capture.status.state },
      taken.taken === 'duplicate' ? 'the order was taken before' : 'the order was taken',
    );
  };
}
