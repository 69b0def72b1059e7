import type { CaptureEvent } from '../capture/events.js';
import type { EventEncoder } from '../ports/store.js';
import { cloudEventHeaders } from './cloud-events.js';
import { checkAmounts, encodeValue } from './avro/encoding.js';
import type { RegisteredContracts } from './schema-registry.js';

/**
 * Who the events are from, for CloudEvents. The same for every worker and region: together with the id it identifies an event, and an
 * event that two workers publish is one event.
 */
export const EVENT_SOURCE = '/capture-worker';

/**
 * The event's kind, for CloudEvents. The version changes only with a contract that subscribers of this one can't read, which would also
 * have another topic.
 */
export function eventTypeOf(event: CaptureEvent): string {
  return `${event.type}.v1`;
}

/**
 * Encodes events for their topics: synchronous, and the same bytes for the same event. Throws AMOUNT_OUT_OF_RANGE for an amount that 64
 * bits can't hold; no order that was decoded has one.
 */
export function eventEncoder(contracts: RegisteredContracts): EventEncoder {
  return (event, traceparent) => {
    const contract = contracts[event.type];
    checkAmounts({ amount: event.amount });
    return {
      event,
      record: {
        topic: contract.topic,
        key: Buffer.from(event.paymentId, 'utf8'),
        value: encodeValue(contract, event),
        headers: cloudEventHeaders({
          id: event.eventId,
          type: eventTypeOf(event),
          source: EVENT_SOURCE,
          subject: event.captureId,
          time: event.occurredAt,
          traceparent,
        }),
      },
    };
  };
}
