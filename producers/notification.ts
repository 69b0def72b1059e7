import type { OutboxRelay, OutboxRelayOptions } from './outbox-relay.js';
import { createOutboxRelay } from './outbox-relay.js';

/**
 * Appends stored notifications to `capture.notification`, keyed by what the provider captures by, and takes them off their queue once they
 * are acknowledged: at least once, and the same bytes again. It goes about it as the outbox relay does with events.
 */
export function createNotificationProducer(options: Omit<OutboxRelayOptions, 'what'>): OutboxRelay {
  return createOutboxRelay({ ...options, what: 'notifications' });
}
